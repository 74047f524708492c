CREATE TABLE `ended_tickets` (
	`browser` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`ended_at_ms` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `ended_tickets_ended` ON `ended_tickets` (`ended_at_ms`);