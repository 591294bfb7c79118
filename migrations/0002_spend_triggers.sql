-- The sums move with the rows, in the same transaction, whatever statement wrote them. An insert that
-- meets a row already there fires no trigger, so the second delivery of a record changes nothing at all.
CREATE TRIGGER `requests_inserted` AFTER INSERT ON `requests`
BEGIN
	INSERT INTO `hourly_spend` (
		`hour_ms`, `key_hash`, `team_id`, `user_id`, `model_group`, `model`, `provider`,
		`requests`, `failures`,
		`input_tokens`, `cache_read_tokens`, `cache_write_5m_tokens`, `cache_write_1h_tokens`,
		`output_tokens`, `reasoning_tokens`, `cost_nano_usd`
	) VALUES (
		NEW.`started_at_ms` - NEW.`started_at_ms` % 3600000, NEW.`key_hash`,
		coalesce(NEW.`team_id`, ''), coalesce(NEW.`user_id`, ''),
		NEW.`model_group`, coalesce(NEW.`model`, ''), coalesce(NEW.`provider`, ''),
		1, NEW.`status` = 'failure',
		NEW.`input_tokens`, NEW.`cache_read_tokens`, NEW.`cache_write_5m_tokens`, NEW.`cache_write_1h_tokens`,
		NEW.`output_tokens`, NEW.`reasoning_tokens`, NEW.`cost_nano_usd`
	) ON CONFLICT DO UPDATE SET
		`requests` = `requests` + excluded.`requests`,
		`failures` = `failures` + excluded.`failures`,
		`input_tokens` = `input_tokens` + excluded.`input_tokens`,
		`cache_read_tokens` = `cache_read_tokens` + excluded.`cache_read_tokens`,
		`cache_write_5m_tokens` = `cache_write_5m_tokens` + excluded.`cache_write_5m_tokens`,
		`cache_write_1h_tokens` = `cache_write_1h_tokens` + excluded.`cache_write_1h_tokens`,
		`output_tokens` = `output_tokens` + excluded.`output_tokens`,
		`reasoning_tokens` = `reasoning_tokens` + excluded.`reasoning_tokens`,
		`cost_nano_usd` = `cost_nano_usd` + excluded.`cost_nano_usd`;
	-- A free call writes no row here: rows written are what D1 charges for.
	UPDATE `keys` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd`
		WHERE `hash` = NEW.`key_hash` AND NEW.`cost_nano_usd` <> 0;
	UPDATE `teams` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd`
		WHERE `id` = NEW.`team_id` AND NEW.`cost_nano_usd` <> 0;
	UPDATE `users` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd`
		WHERE `id` = NEW.`user_id` AND NEW.`cost_nano_usd` <> 0;
END;
--> statement-breakpoint
-- A price learned later re-prices rows that were charged at a bound; the sums follow by the difference.
CREATE TRIGGER `requests_repriced` AFTER UPDATE OF `cost_nano_usd` ON `requests`
	WHEN NEW.`cost_nano_usd` <> OLD.`cost_nano_usd`
BEGIN
	UPDATE `hourly_spend` SET `cost_nano_usd` = `cost_nano_usd` + NEW.`cost_nano_usd` - OLD.`cost_nano_usd`
		WHERE `hour_ms` = OLD.`started_at_ms` - OLD.`started_at_ms` % 3600000
			AND `key_hash` = OLD.`key_hash`
			AND `team_id` = coalesce(OLD.`team_id`, '') AND `user_id` = coalesce(OLD.`user_id`, '')
			AND `model_group` = OLD.`model_group`
			AND `model` = coalesce(OLD.`model`, '') AND `provider` = coalesce(OLD.`provider`, '');
	UPDATE `keys` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd` - OLD.`cost_nano_usd`
		WHERE `hash` = OLD.`key_hash`;
	UPDATE `teams` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd` - OLD.`cost_nano_usd`
		WHERE `id` = OLD.`team_id`;
	UPDATE `users` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd` - OLD.`cost_nano_usd`
		WHERE `id` = OLD.`user_id`;
END;
