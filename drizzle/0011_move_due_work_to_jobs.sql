INSERT INTO `jobs` (`kind`, `subject`, `due_at_ms`) SELECT 'refresh_tokens', `id`, `refresh_at_ms` FROM `channel_connections` WHERE `refresh_at_ms` IS NOT NULL AND `consent_problem` IS NULL;--> statement-breakpoint
INSERT INTO `jobs` (`kind`, `subject`, `due_at_ms`, `attempts`) SELECT 'prove_consent', `id`, coalesce(`refresh_at_ms`, 0), `consent_attempts` FROM `channel_connections` WHERE `consent_problem` IS NOT NULL;--> statement-breakpoint
INSERT INTO `jobs` (`kind`, `subject`, `due_at_ms`, `attempts`) SELECT 'reach_user', `id`, `reach_next_attempt_at_ms`, `reach_attempts` + 1 FROM `channel_endpoints` WHERE `reach_next_attempt_at_ms` IS NOT NULL;--> statement-breakpoint
UPDATE `channel_endpoints` SET `reach_problem` = 'Not known' WHERE `reach_next_attempt_at_ms` IS NOT NULL AND `reach_problem` IS NULL;--> statement-breakpoint
UPDATE `channel_endpoints` SET `reach_problem` = NULL WHERE `reach_next_attempt_at_ms` IS NULL;--> statement-breakpoint
DROP INDEX `channel_connections_refresh`;--> statement-breakpoint
ALTER TABLE `channel_connections` DROP COLUMN `consent_attempts`;--> statement-breakpoint
ALTER TABLE `channel_connections` DROP COLUMN `refresh_at_ms`;--> statement-breakpoint
ALTER TABLE `channel_connections` DROP COLUMN `refresh_lease_until_ms`;--> statement-breakpoint
DROP INDEX `channel_endpoints_reach`;--> statement-breakpoint
ALTER TABLE `channel_endpoints` DROP COLUMN `reach_next_attempt_at_ms`;--> statement-breakpoint
ALTER TABLE `channel_endpoints` DROP COLUMN `reach_attempts`;