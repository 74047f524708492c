CREATE TABLE `held_attempts` (
	`id` text PRIMARY KEY NOT NULL,
	`jti` text NOT NULL,
	`attempt_id` text NOT NULL,
	`environment_id` text NOT NULL,
	`integration_id` text NOT NULL,
	`subscriber_id` text,
	`answer_sealed` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`expires_at_ms` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`integration_id`) REFERENCES `integrations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`environment_id`,`subscriber_id`) REFERENCES `subscribers`(`environment_id`,`subscriber_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `held_attempts_attempt` ON `held_attempts` (`jti`,`attempt_id`);--> statement-breakpoint
CREATE INDEX `held_attempts_expires` ON `held_attempts` (`expires_at_ms`);--> statement-breakpoint
CREATE INDEX `held_attempts_integration` ON `held_attempts` (`integration_id`);--> statement-breakpoint
CREATE INDEX `held_attempts_subscriber` ON `held_attempts` (`environment_id`,`subscriber_id`);