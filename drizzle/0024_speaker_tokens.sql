CREATE TABLE `signing_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`public_key` text NOT NULL,
	`private_sealed` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`signs_from_ms` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `signing_keys_environment` ON `signing_keys` (`environment_id`,`signs_from_ms`);--> statement-breakpoint
ALTER TABLE `channel_endpoints` ADD `verification` text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE `channel_endpoints` ADD `verified_at_ms` integer;