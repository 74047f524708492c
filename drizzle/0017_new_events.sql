DROP INDEX `events_type`;--> statement-breakpoint
DROP INDEX `events_subject`;--> statement-breakpoint
DROP INDEX `events_subscriber`;--> statement-breakpoint
DROP INDEX `events_link`;--> statement-breakpoint
DROP INDEX `events_link_actor`;--> statement-breakpoint
ALTER TABLE `events` ADD `is_new` integer;--> statement-breakpoint
CREATE INDEX `events_new` ON `events` (`is_new`,`link_id`) WHERE is_new is not null;--> statement-breakpoint
CREATE INDEX `events_type` ON `events` (`environment_id`,`type`) WHERE is_new is null;--> statement-breakpoint
CREATE INDEX `events_subject` ON `events` (`environment_id`,`subject`) WHERE is_new is null;--> statement-breakpoint
CREATE INDEX `events_subscriber` ON `events` (`environment_id`,`subscriber_id`) WHERE subscriber_id is not null and is_new is null;--> statement-breakpoint
CREATE INDEX `events_link` ON `events` (`link_id`) WHERE link_id is not null and is_new is null;--> statement-breakpoint
CREATE INDEX `events_link_actor` ON `events` (`actor`) WHERE link_id is not null and is_new is null;