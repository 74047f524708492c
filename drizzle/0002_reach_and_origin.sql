ALTER TABLE `channel_connections` ADD `origin` text DEFAULT 'api' NOT NULL;--> statement-breakpoint
UPDATE `channel_connections` SET `origin` = 'identity' WHERE `identifier` LIKE 'chconn~_%' ESCAPE '~';--> statement-breakpoint
CREATE UNIQUE INDEX `channel_connections_subscriber` ON `channel_connections` (`integration_id`,`subscriber_id`,`context_keys`) WHERE origin <> 'identity' and subscriber_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `channel_connections_shared` ON `channel_connections` (`integration_id`,`context_keys`) WHERE origin <> 'identity' and subscriber_id is null;--> statement-breakpoint
ALTER TABLE `channel_endpoints` ADD `reach_next_attempt_at_ms` integer;--> statement-breakpoint
ALTER TABLE `channel_endpoints` ADD `reach_attempts` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `channel_endpoints` ADD `reach_problem` text;--> statement-breakpoint
CREATE INDEX `channel_endpoints_reach` ON `channel_endpoints` (`reach_next_attempt_at_ms`) WHERE reach_next_attempt_at_ms is not null;