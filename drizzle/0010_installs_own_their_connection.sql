-- A connection that latch made when somebody linked kept saying so when the app was installed later.
-- Only an install brings a bot. Where another connection is shared without a context, of which an
-- integration has one at most, it stays as it is.
UPDATE OR IGNORE `channel_connections` SET `origin` = 'install' WHERE `origin` = 'identity' AND `bot_user_id` IS NOT NULL;
