ALTER TABLE `channel_endpoints` ADD `workspace_alias` text;--> statement-breakpoint
CREATE INDEX `channel_endpoints_workspace` ON `channel_endpoints` (`environment_id`,`workspace_id`,`created_at_ms`,`id`) WHERE workspace_id is not null;--> statement-breakpoint
UPDATE `channel_endpoints` SET `workspace_alias` = (
  SELECT c.`workspace_id` FROM `channel_connections` c
  WHERE c.`integration_id` = `channel_endpoints`.`integration_id` AND c.`identifier` = `channel_endpoints`.`connection_identifier` AND c.`workspace_id` LIKE 'T%'
)
WHERE `kind` = 'person' AND `type` = 'slack_user' AND `workspace_id` LIKE 'E%';
