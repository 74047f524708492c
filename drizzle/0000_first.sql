CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`name` text NOT NULL,
	`digest` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_digest_unique` ON `api_keys` (`digest`);--> statement-breakpoint
CREATE TABLE `channel_connections` (
	`id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`integration_id` text NOT NULL,
	`identifier` text NOT NULL,
	`subscriber_id` text,
	`context_keys` text NOT NULL,
	`workspace_id` text NOT NULL,
	`workspace_name` text,
	`auth_sealed` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`integration_id`) REFERENCES `integrations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `channel_connections_identifier` ON `channel_connections` (`environment_id`,`identifier`);--> statement-breakpoint
CREATE INDEX `channel_connections_workspace` ON `channel_connections` (`integration_id`,`workspace_id`);--> statement-breakpoint
CREATE TABLE `channel_endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`integration_id` text NOT NULL,
	`identifier` text NOT NULL,
	`connection_identifier` text,
	`subscriber_id` text NOT NULL,
	`context_keys` text NOT NULL,
	`type` text NOT NULL,
	`endpoint` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`integration_id`) REFERENCES `integrations`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`environment_id`,`subscriber_id`) REFERENCES `subscribers`(`environment_id`,`subscriber_id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `channel_endpoints_identifier` ON `channel_endpoints` (`environment_id`,`identifier`);--> statement-breakpoint
CREATE UNIQUE INDEX `channel_endpoints_linked_user` ON `channel_endpoints` (`integration_id`,`connection_identifier`,`subscriber_id`,`context_keys`,`type`) WHERE type in ('slack_user', 'ms_teams_user');--> statement-breakpoint
CREATE INDEX `channel_endpoints_created` ON `channel_endpoints` (`environment_id`,`created_at_ms`,`id`);--> statement-breakpoint
CREATE INDEX `channel_endpoints_subscriber` ON `channel_endpoints` (`environment_id`,`subscriber_id`,`created_at_ms`,`id`);--> statement-breakpoint
CREATE TABLE `contexts` (
	`id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`key` text NOT NULL,
	`type` text NOT NULL,
	`context_id` text NOT NULL,
	`data` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `contexts_key` ON `contexts` (`environment_id`,`key`);--> statement-breakpoint
CREATE TABLE `environments` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`name` text NOT NULL,
	`created_at_ms` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `facts` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `integrations` (
	`id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`identifier` text NOT NULL,
	`name` text NOT NULL,
	`provider_id` text NOT NULL,
	`channel` text NOT NULL,
	`active` integer NOT NULL,
	`credentials_sealed` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `integrations_identifier` ON `integrations` (`environment_id`,`identifier`);--> statement-breakpoint
CREATE TABLE `spent_states` (
	`jti` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`claimed_at_ms` integer NOT NULL,
	`outcome` text,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `spent_states_claimed` ON `spent_states` (`claimed_at_ms`);--> statement-breakpoint
CREATE TABLE `subscribers` (
	`id` text PRIMARY KEY NOT NULL,
	`environment_id` text NOT NULL,
	`subscriber_id` text NOT NULL,
	`profile` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	`updated_at_ms` integer NOT NULL,
	FOREIGN KEY (`environment_id`) REFERENCES `environments`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `subscribers_subscriber` ON `subscribers` (`environment_id`,`subscriber_id`);