DROP INDEX `channel_endpoints_linked_user`;--> statement-breakpoint
ALTER TABLE `channel_endpoints` ADD `kind` text DEFAULT 'destination' NOT NULL;--> statement-breakpoint
UPDATE `channel_endpoints` SET `kind` = 'person' WHERE `type` IN ('slack_user', 'ms_teams_user');--> statement-breakpoint
CREATE UNIQUE INDEX `channel_endpoints_linked_user` ON `channel_endpoints` (`integration_id`,`connection_identifier`,`subscriber_id`,`context_keys`,`type`) WHERE kind = 'person';