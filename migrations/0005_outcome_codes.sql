-- The triggers of migration 0004, with one change: the daily sums keep a failed call by its error's code,
-- because a status cannot tell who refused. 429 is a spent budget, a rate limit, or a vendor's throttle.
-- A row without a code is kept by its status, as before.
DROP TRIGGER `requests_inserted`;
--> statement-breakpoint
DROP TRIGGER `requests_repriced`;
--> statement-breakpoint
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
	INSERT INTO `daily_usage` (
		`day`, `user_id`, `team_id`, `organization_id`, `key_hash`, `model_group`, `model`, `provider`, `region`, `client`, `purpose`, `outcome`,
		`requests`, `input_tokens`, `cache_read_tokens`, `cache_write_5m_tokens`, `cache_write_1h_tokens`, `output_tokens`, `reasoning_tokens`, `cost_nano_usd`
	) VALUES (
		NEW.`day`, coalesce(NEW.`user_id`, ''), coalesce(NEW.`team_id`, ''), coalesce(NEW.`organization_id`, ''), NEW.`key_hash`, NEW.`model_group`,
		coalesce(NEW.`model`, ''), coalesce(NEW.`provider`, ''), coalesce(NEW.`region`, ''), NEW.`client`, NEW.`purpose`, iif(NEW.`status` = 'success', 'success', coalesce(NEW.`error_code`, CAST(NEW.`status_code` AS TEXT))),
		1, NEW.`input_tokens`, NEW.`cache_read_tokens`, NEW.`cache_write_5m_tokens`, NEW.`cache_write_1h_tokens`, NEW.`output_tokens`, NEW.`reasoning_tokens`, NEW.`cost_nano_usd`
	) ON CONFLICT DO UPDATE SET
		`requests` = `requests` + excluded.`requests`,
		`input_tokens` = `input_tokens` + excluded.`input_tokens`,
		`cache_read_tokens` = `cache_read_tokens` + excluded.`cache_read_tokens`,
		`cache_write_5m_tokens` = `cache_write_5m_tokens` + excluded.`cache_write_5m_tokens`,
		`cache_write_1h_tokens` = `cache_write_1h_tokens` + excluded.`cache_write_1h_tokens`,
		`output_tokens` = `output_tokens` + excluded.`output_tokens`,
		`reasoning_tokens` = `reasoning_tokens` + excluded.`reasoning_tokens`,
		`cost_nano_usd` = `cost_nano_usd` + excluded.`cost_nano_usd`;
	-- What a client says of itself is a dimension of its own, so its tag needs no rows here.
	INSERT INTO `daily_label_usage` (
		`day`, `kind`, `label`, `team_id`, `key_hash`, `model_group`, `model`, `provider`,
		`requests`, `failures`, `input_tokens`, `cache_read_tokens`, `cache_write_5m_tokens`, `cache_write_1h_tokens`, `output_tokens`, `reasoning_tokens`, `cost_nano_usd`
	) SELECT
		NEW.`day`, 'tag', `tag`.`value`, coalesce(NEW.`team_id`, ''), NEW.`key_hash`,
		NEW.`model_group`, coalesce(NEW.`model`, ''), coalesce(NEW.`provider`, ''),
		1, NEW.`status` = 'failure', NEW.`input_tokens`, NEW.`cache_read_tokens`, NEW.`cache_write_5m_tokens`, NEW.`cache_write_1h_tokens`, NEW.`output_tokens`, NEW.`reasoning_tokens`, NEW.`cost_nano_usd`
	FROM json_each(NEW.`tags`) AS `tag` WHERE `tag`.`value` NOT LIKE 'User-Agent:%'
	ON CONFLICT DO UPDATE SET
		`requests` = `requests` + excluded.`requests`,
		`failures` = `failures` + excluded.`failures`,
		`input_tokens` = `input_tokens` + excluded.`input_tokens`,
		`cache_read_tokens` = `cache_read_tokens` + excluded.`cache_read_tokens`,
		`cache_write_5m_tokens` = `cache_write_5m_tokens` + excluded.`cache_write_5m_tokens`,
		`cache_write_1h_tokens` = `cache_write_1h_tokens` + excluded.`cache_write_1h_tokens`,
		`output_tokens` = `output_tokens` + excluded.`output_tokens`,
		`reasoning_tokens` = `reasoning_tokens` + excluded.`reasoning_tokens`,
		`cost_nano_usd` = `cost_nano_usd` + excluded.`cost_nano_usd`;
	INSERT INTO `daily_label_usage` (
		`day`, `kind`, `label`, `team_id`, `key_hash`, `model_group`, `model`, `provider`,
		`requests`, `failures`, `input_tokens`, `cache_read_tokens`, `cache_write_5m_tokens`, `cache_write_1h_tokens`, `output_tokens`, `reasoning_tokens`, `cost_nano_usd`
	) SELECT
		NEW.`day`, 'end_user', NEW.`end_user`, coalesce(NEW.`team_id`, ''), NEW.`key_hash`,
		NEW.`model_group`, coalesce(NEW.`model`, ''), coalesce(NEW.`provider`, ''),
		1, NEW.`status` = 'failure', NEW.`input_tokens`, NEW.`cache_read_tokens`, NEW.`cache_write_5m_tokens`, NEW.`cache_write_1h_tokens`, NEW.`output_tokens`, NEW.`reasoning_tokens`, NEW.`cost_nano_usd`
	WHERE NEW.`end_user` IS NOT NULL
	ON CONFLICT DO UPDATE SET
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
	UPDATE `organizations` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd`
		WHERE `id` = NEW.`organization_id` AND NEW.`cost_nano_usd` <> 0;
	UPDATE `customers` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd`
		WHERE `id` = NEW.`end_user` AND NEW.`cost_nano_usd` <> 0;
	UPDATE `tags` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd`
		WHERE `name` IN (SELECT `value` FROM json_each(NEW.`tags`)) AND NEW.`cost_nano_usd` <> 0;
END;
--> statement-breakpoint
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
	UPDATE `daily_usage` SET `cost_nano_usd` = `cost_nano_usd` + NEW.`cost_nano_usd` - OLD.`cost_nano_usd`
		WHERE `day` = OLD.`day`
			AND `user_id` = coalesce(OLD.`user_id`, '')
			AND `team_id` = coalesce(OLD.`team_id`, '')
			AND `organization_id` = coalesce(OLD.`organization_id`, '')
			AND `key_hash` = OLD.`key_hash`
			AND `model_group` = OLD.`model_group`
			AND `model` = coalesce(OLD.`model`, '')
			AND `provider` = coalesce(OLD.`provider`, '')
			AND `region` = coalesce(OLD.`region`, '')
			AND `client` = OLD.`client`
			AND `purpose` = OLD.`purpose`
			AND `outcome` = iif(OLD.`status` = 'success', 'success', coalesce(OLD.`error_code`, CAST(OLD.`status_code` AS TEXT)));
	UPDATE `daily_label_usage` SET `cost_nano_usd` = `cost_nano_usd` + NEW.`cost_nano_usd` - OLD.`cost_nano_usd`
		WHERE `day` = OLD.`day` AND `team_id` = coalesce(OLD.`team_id`, '') AND `key_hash` = OLD.`key_hash`
			AND `model_group` = OLD.`model_group`
			AND `model` = coalesce(OLD.`model`, '') AND `provider` = coalesce(OLD.`provider`, '')
			AND (
				(`kind` = 'end_user' AND `label` = OLD.`end_user`)
				OR (`kind` = 'tag' AND `label` IN (SELECT `value` FROM json_each(OLD.`tags`)))
			);
	UPDATE `organizations` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd` - OLD.`cost_nano_usd`
		WHERE `id` = OLD.`organization_id`;
	UPDATE `customers` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd` - OLD.`cost_nano_usd`
		WHERE `id` = OLD.`end_user`;
	UPDATE `tags` SET `spend_nano_usd` = `spend_nano_usd` + NEW.`cost_nano_usd` - OLD.`cost_nano_usd`
		WHERE `name` IN (SELECT `value` FROM json_each(OLD.`tags`));
END;
--> statement-breakpoint
-- Sums of before are made again from their rows, none of which was ever deleted up to here: a price
-- learned later has to find them under the name the trigger looks for.
DELETE FROM `daily_usage`;
--> statement-breakpoint
INSERT INTO `daily_usage` (
	`day`, `user_id`, `team_id`, `organization_id`, `key_hash`, `model_group`, `model`, `provider`, `region`, `client`, `purpose`, `outcome`,
	`requests`, `input_tokens`, `cache_read_tokens`, `cache_write_5m_tokens`, `cache_write_1h_tokens`, `output_tokens`, `reasoning_tokens`, `cost_nano_usd`
) SELECT
	`day`, coalesce(`user_id`, ''), coalesce(`team_id`, ''), coalesce(`organization_id`, ''), `key_hash`, `model_group`,
	coalesce(`model`, ''), coalesce(`provider`, ''), coalesce(`region`, ''), `client`, `purpose`,
	iif(`status` = 'success', 'success', coalesce(`error_code`, CAST(`status_code` AS TEXT))),
	count(*), sum(`input_tokens`), sum(`cache_read_tokens`), sum(`cache_write_5m_tokens`), sum(`cache_write_1h_tokens`),
	sum(`output_tokens`), sum(`reasoning_tokens`), sum(`cost_nano_usd`)
FROM `requests` GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12;
