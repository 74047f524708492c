ALTER TABLE `channel_connections` ADD `bot_user_id` text;--> statement-breakpoint
CREATE INDEX `channel_connections_created` ON `channel_connections` (`environment_id`,`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `channel_connections_updated` ON `channel_connections` (`environment_id`,`updated_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `channel_endpoints_updated` ON `channel_endpoints` (`environment_id`,`updated_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `channel_endpoints_integration` ON `channel_endpoints` (`integration_id`,`environment_id`,`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `channel_endpoints_connection` ON `channel_endpoints` (`environment_id`,`connection_identifier`,`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `channel_endpoints_context` ON `channel_endpoints` (`environment_id`,`context_keys`,`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `contexts_created` ON `contexts` (`environment_id`,`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `contexts_updated` ON `contexts` (`environment_id`,`updated_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `subscribers_created` ON `subscribers` (`environment_id`,`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `subscribers_updated` ON `subscribers` (`environment_id`,`updated_at_ms`,`id`);