ALTER TABLE `channel_connections` ADD `refresh_at_ms` integer;--> statement-breakpoint
ALTER TABLE `channel_connections` ADD `refresh_lease_until_ms` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `channel_connections_refresh` ON `channel_connections` (`refresh_at_ms`) WHERE refresh_at_ms is not null;