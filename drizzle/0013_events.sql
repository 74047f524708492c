CREATE TABLE `event_checkpoints` (
	`event_id` integer PRIMARY KEY NOT NULL,
	`at_ms` integer NOT NULL,
	`digest` text NOT NULL,
	`beginning` text
);
--> statement-breakpoint
CREATE INDEX `event_checkpoints_at` ON `event_checkpoints` (`at_ms`);--> statement-breakpoint
CREATE TABLE `events` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`environment_id` text NOT NULL,
	`at_ms` integer NOT NULL,
	`type` text NOT NULL,
	`subject` text NOT NULL,
	`actor` text NOT NULL,
	`link_id` text,
	`reason` text,
	`data` text NOT NULL,
	`subscriber_id` text,
	`personal` text,
	`personal_digest` text,
	`digest` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `events_environment` ON `events` (`environment_id`,`id`);--> statement-breakpoint
CREATE INDEX `events_type` ON `events` (`environment_id`,`type`,`id`);--> statement-breakpoint
CREATE INDEX `events_subject` ON `events` (`environment_id`,`subject`,`id`);--> statement-breakpoint
CREATE INDEX `events_subscriber` ON `events` (`environment_id`,`subscriber_id`,`id`) WHERE subscriber_id is not null;--> statement-breakpoint
CREATE INDEX `events_link` ON `events` (`link_id`,`id`) WHERE link_id is not null;--> statement-breakpoint
CREATE TABLE `own_keys` (
	`name` text PRIMARY KEY NOT NULL,
	`key_sealed` text NOT NULL
);
