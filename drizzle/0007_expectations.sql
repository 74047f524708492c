CREATE TABLE `expectations` (
	`met` integer NOT NULL,
	CONSTRAINT "expectations_met" CHECK("expectations"."met" = 1)
);
