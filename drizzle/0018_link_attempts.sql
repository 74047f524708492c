CREATE TABLE `link_attempts` (
	`jti` text NOT NULL,
	`attempt_id` text NOT NULL,
	`environment_id` text NOT NULL,
	`claimed_at_ms` integer NOT NULL,
	`outcome` text,
	PRIMARY KEY(`jti`, `attempt_id`),
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `link_attempts_claimed` ON `link_attempts` (`claimed_at_ms`);--> statement-breakpoint
DELETE FROM `spent_states` WHERE `outcome` IS NULL OR json_extract(`outcome`, '$.kind') NOT IN ('linked', 'connected');--> statement-breakpoint
ALTER TABLE `spent_states` DROP COLUMN `outcome`;