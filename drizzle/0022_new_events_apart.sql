CREATE TABLE `new_events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event` text NOT NULL,
	`limited_link_id` text
);
--> statement-breakpoint
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_events', seq FROM sqlite_sequence WHERE name = 'events';--> statement-breakpoint
CREATE INDEX `new_events_limited_link` ON `new_events` (`limited_link_id`) WHERE limited_link_id is not null;--> statement-breakpoint
DROP INDEX `events_new`;--> statement-breakpoint
DROP INDEX `events_type`;--> statement-breakpoint
DROP INDEX `events_subject`;--> statement-breakpoint
DROP INDEX `events_subscriber`;--> statement-breakpoint
DROP INDEX `events_link`;--> statement-breakpoint
DROP INDEX `events_link_actor`;--> statement-breakpoint
CREATE INDEX `events_type` ON `events` (`environment_id`,`type`);--> statement-breakpoint
CREATE INDEX `events_subject` ON `events` (`environment_id`,`subject`);--> statement-breakpoint
CREATE INDEX `events_subscriber` ON `events` (`environment_id`,`subscriber_id`) WHERE subscriber_id is not null;--> statement-breakpoint
CREATE INDEX `events_link` ON `events` (`link_id`) WHERE link_id is not null;--> statement-breakpoint
CREATE INDEX `events_link_actor` ON `events` (`actor`) WHERE link_id is not null;--> statement-breakpoint
ALTER TABLE `events` DROP COLUMN `is_new`;