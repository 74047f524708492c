ALTER TABLE `channel_endpoints` ADD `workspace_id` text;--> statement-breakpoint
ALTER TABLE `channel_endpoints` ADD `chat_user_id` text;--> statement-breakpoint
CREATE INDEX `channel_endpoints_chat_user` ON `channel_endpoints` (`integration_id`,`chat_user_id`) WHERE chat_user_id is not null;--> statement-breakpoint
UPDATE `channel_endpoints` SET
  `chat_user_id` = json_extract(`endpoint`, '$.userId'),
  `workspace_id` = (
    SELECT c.`workspace_id` FROM `channel_connections` c
    WHERE c.`integration_id` = `channel_endpoints`.`integration_id` AND c.`identifier` = `channel_endpoints`.`connection_identifier`
  )
WHERE `kind` = 'person' AND `type` = 'slack_user';--> statement-breakpoint
UPDATE `channel_endpoints` SET
  `chat_user_id` = lower(json_extract(`endpoint`, '$.userId')),
  `workspace_id` = lower(coalesce(json_extract(`endpoint`, '$.tenantId'), (
    SELECT c.`workspace_id` FROM `channel_connections` c
    WHERE c.`integration_id` = `channel_endpoints`.`integration_id` AND c.`identifier` = `channel_endpoints`.`connection_identifier`
  )))
WHERE `kind` = 'person' AND `type` = 'ms_teams_user';