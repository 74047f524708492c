ALTER TABLE `integrations` ADD `default_user_verification` text;--> statement-breakpoint
-- Integrations that are older than the setting keep what they did, until their operator chooses.
UPDATE `integrations` SET `default_user_verification` = 'none';
