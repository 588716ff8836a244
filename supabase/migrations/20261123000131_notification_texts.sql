-- Types of notifications with their texts, and the function that writes a notification in the user's language.

insert into public.notification_types
  (code, area, channels, defaults, quiet, collapse_by, life_seconds, priority, is_urgent, is_resent, title, message) values
  ('payment_completed', 'payments', '{push,in_app,sms,email}', '{push,in_app,sms,email}', 'send', 'payment_id', 259200, 1, true, true,
    array['Тариф подключён', 'Тариф кошулду', 'Your plan is active'],
    array['Оплата {amount} сом получена. Тариф «{tier}» действует до {until}.', '{amount} сом төлөм алынды. «{tier}» тарифи {until} чейин иштейт.',
      'We received {amount} som. The plan "{tier}" is yours until {until}.']),
  ('payment_in_review', 'payments', '{push,in_app,sms}', '{push,in_app,sms}', 'send', 'payment_id', 259200, 1, true, true,
    array['Оплата проверяется', 'Төлөм текшерилүүдө', 'Your payment is being checked'],
    array['Деньги получены, но платёж проверит сотрудник. Обычно это занимает несколько часов.',
      'Акча алынды, бирок төлөмдү кызматкер текшерет. Адатта бул бир нече саат алат.',
      'The money has arrived, and a person will check it. This usually takes a few hours.']),
  ('payment_not_made', 'payments', '{push,in_app,sms}', '{push,in_app,sms}', 'send', 'payment_id', 259200, 1, true, true,
    array['Оплата не прошла', 'Төлөм өткөн жок', 'The payment did not go through'],
    array['Банк не провёл оплату тарифа «{tier}». Деньги не списаны. Попробуйте ещё раз или выберите другой банк.',
      'Банк «{tier}» тарифинин төлөмүн өткөргөн жок. Акча алынган жок. Кайра аракет кылыңыз же башка банк тандаңыз.',
      'The bank did not carry out the payment for "{tier}". No money was taken. Try again or choose another bank.']),
  ('payment_refunded', 'payments', '{push,in_app,sms,email}', '{push,in_app,sms,email}', 'send', 'payment_id', 259200, 1, true, true,
    array['Деньги возвращены', 'Акча кайтарылды', 'Money returned'],
    array['Мы вернули {amount} сом. Деньги придут на счёт, с которого вы платили.', '{amount} сом кайтардык. Акча сиз төлөгөн эсепке түшөт.',
      'We have returned {amount} som to the account from which you paid.']),
  ('subscription_ending', 'subscription', '{push,in_app,sms}', '{push,in_app,sms}', 'defer', null, 86400, 4, false, false,
    array['Тариф скоро закончится', 'Тариф жакында бүтөт', 'Your plan ends soon'],
    array['Тариф «{tier}» действует до {until}. Продлите его за {amount} сом, чтобы все объявления остались видны.',
      '«{tier}» тарифи {until} чейин иштейт. Бардык жарыялар көрүнүп турушу үчүн {amount} сомго узартыңыз.',
      'The plan "{tier}" ends on {until}. Renew it for {amount} som to keep all listings visible.']),
  ('subscription_grace', 'subscription', '{push,in_app,sms}', '{push,in_app,sms}', 'defer', null, 86400, 4, false, false,
    array['Тариф закончился', 'Тариф бүттү', 'Your plan has ended'],
    array['Оплатите «{tier}» до {until}: потом часть объявлений будет скрыта. Они не удаляются.',
      '«{tier}» тарифин {until} чейин төлөңүз: андан кийин жарыялардын бир бөлүгү жашырылат. Алар өчүрүлбөйт.',
      'Pay for "{tier}" by {until}: after that some listings are hidden. None is deleted.']),
  ('subscription_ended', 'subscription', '{push,in_app,sms}', '{push,in_app,sms}', 'defer', null, 86400, 4, false, false,
    array['Теперь у вас бесплатный тариф', 'Эми сизде акысыз тариф', 'You are on the free plan now'],
    array['Скрыто объявлений: {hidden}. Они вернутся, когда вы снова подключите тариф.',
      'Жашырылган жарыялар: {hidden}. Тарифти кайра кошсоңуз, алар кайтып келет.',
      'Listings hidden: {hidden}. They come back when you buy a plan again.']),
  ('tier_offered', 'subscription', '{push,in_app,sms}', '{push,in_app,sms}', 'defer', null, 172800, 6, false, false,
    array['Для вас есть предложение', 'Сиз үчүн сунуш бар', 'An offer for you'],
    array['Тариф «{tier}» за {amount} сом. Предложение действует до {until}.', '«{tier}» тарифи {amount} сомго. Сунуш {until} чейин жарактуу.',
      'The plan "{tier}" for {amount} som. The offer is good until {until}.']),
  ('moderation_approved', 'moderation', '{push,in_app}', '{push,in_app}', 'defer', 'listing_id', 259200, 3, false, true,
    array['Объявление одобрено', 'Жарыя бекитилди', 'Your listing is approved'],
    array['«{listing}» прошло проверку.', '«{listing}» текшерүүдөн өттү.', '"{listing}" has passed the check.']),
  ('moderation_rejected', 'moderation', '{push,in_app}', '{push,in_app}', 'defer', 'listing_id', 259200, 3, false, true,
    array['Объявление отклонено', 'Жарыя четке кагылды', 'Your listing was rejected'],
    array['«{listing}» скрыто. Причина: {reason}', '«{listing}» жашырылды. Себеби: {reason}', '"{listing}" is hidden. Reason: {reason}']),
  ('listing_expiring', 'listings', '{push,in_app}', '{push,in_app}', 'defer', 'type', 172800, 6, false, false,
    array['Срок объявления заканчивается', 'Жарыянын мөөнөтү бүтүп баратат', 'A listing expires soon'],
    array['{listing}: показ до {until}.', '{listing}: {until} чейин көрсөтүлөт.', '{listing}: shown until {until}.']),
  ('listing_expired', 'listings', '{push,in_app}', '{push,in_app}', 'defer', 'type', 172800, 6, false, false,
    array['Срок объявления закончился', 'Жарыянын мөөнөтү бүттү', 'A listing has expired'],
    array['{listing}: больше не показывается. Разместите снова, если ещё продаёте.', '{listing}: мындан ары көрсөтүлбөйт. Дагы эле сатсаңыз, кайра жайгаштырыңыз.',
      '{listing}: no longer shown. Post it again if it is still for sale.']),
  ('listing_removed', 'listings', '{push,in_app}', '{in_app}', 'defer', 'type', 172800, 7, false, false,
    array['Проданное объявление убрано', 'Сатылган жарыя алынды', 'A sold listing was removed'],
    array['{listing}: срок показа проданного закончился.', '{listing}: сатылгандын көрсөтүү мөөнөтү бүттү.', '{listing}: the time for sold listings is over.']),
  ('price_drop', 'favourites', '{push,in_app}', '{push,in_app}', 'defer', 'listing_id', 86400, 6, false, false,
    array['Цена снижена', 'Баасы түштү', 'Price drop'],
    array['{listing}: дешевле на {percent} %.', '{listing}: {percent} % арзандады.', '{listing}: {percent} % cheaper.']),
  ('saved_search', 'searches', '{push,in_app}', '{push,in_app}', 'defer', 'search_id', 43200, 6, false, false,
    array['Новое по поиску «{search}»', '«{search}» издөөсү боюнча жаңы', 'New for "{search}"'], array['{listing}', '{listing}', '{listing}']),
  ('video_ready', 'videos', '{push,in_app}', '{in_app}', 'defer', 'video_id', 86400, 7, false, false,
    array['Видео готово', 'Видео даяр', 'Your video is ready'],
    array['{listing}: видео обработано.', '{listing}: видео иштетилди.', '{listing}: the video is processed.']),
  ('video_failed', 'videos', '{push,in_app}', '{push,in_app}', 'defer', 'video_id', 86400, 5, false, false,
    array['Видео не загрузилось', 'Видео жүктөлгөн жок', 'Your video did not work'],
    array['{listing}: не удалось обработать видео. Загрузите его ещё раз.', '{listing}: видео иштетилген жок. Аны кайра жүктөңүз.',
      '{listing}: the video could not be processed. Upload it again.']),
  ('business_invitation', 'business', '{push,in_app}', '{push,in_app}', 'defer', 'business_id', 259200, 4, false, false,
    array['{business}', '{business}', '{business}'],
    array['Вас приглашают в команду.', 'Сизди командага чакырышты.', 'You are invited to the team.']),
  ('business_ownership', 'business', '{push,in_app}', '{push,in_app}', 'defer', 'business_id', 259200, 4, false, false,
    array['{business}', '{business}', '{business}'],
    array['Теперь вы владелец этого бизнеса.', 'Эми бул бизнестин ээси сизсиз.', 'You are now the owner of this business.']),
  ('report_upheld', 'reports', '{push,in_app}', '{push,in_app}', 'defer', 'report_id', 172800, 6, false, false,
    array['Жалоба рассмотрена', 'Арыз каралды', 'Your report was reviewed'],
    array['Мы нашли нарушение и приняли меры. Спасибо.', 'Биз эреже бузууну таап, чара көрдүк. Рахмат.', 'We found a violation and acted on it. Thank you.']),
  ('report_dismissed', 'reports', '{push,in_app}', '{in_app}', 'defer', 'report_id', 172800, 7, false, false,
    array['Жалоба рассмотрена', 'Арыз каралды', 'Your report was reviewed'],
    array['Нарушений не нашли. Спасибо, что сообщили.', 'Эреже бузуу табылган жок. Кабарлаганыңызга рахмат.', 'We found no violation. Thank you for telling us.']),
  ('comment', 'comments', '{push,in_app}', '{push,in_app}', 'defer', 'listing_id', 86400, 5, false, false,
    array['Новый комментарий', 'Жаңы комментарий', 'New comment'], array['{text}', '{text}', '{text}']);

-- Their e-mail cannot be switched off once an address is proved; only the push can.
insert into public.notification_types
  (code, area, channels, defaults, quiet, collapse_by, life_seconds, priority, is_urgent, is_resent, is_security, title, message) values
  ('security_new_device', 'account', '{push,in_app}', '{push,in_app}', 'passive', 'type', 259200, 2, true, true, true,
    array['Вход с нового устройства', 'Жаңы түзмөктөн кирүү', 'Login from a new device'],
    array['В ваш аккаунт вошли с нового устройства ({device}). Если это не вы, выйдите на всех устройствах в настройках.',
      'Аккаунтуңузга жаңы түзмөктөн киришти ({device}). Бул сиз болбосоңуз, жөндөөлөрдөн бардык түзмөктөрдөн чыгыңыз.',
      'Somebody logged in to your account from a new device ({device}). If it was not you, log out everywhere in the settings.']),
  ('security_logged_out', 'account', '{push,in_app}', '{push,in_app}', 'passive', 'type', 259200, 2, true, true, true,
    array['Выход на всех устройствах', 'Бардык түзмөктөрдөн чыгуу', 'Logged out everywhere'],
    array['Все входы в ваш аккаунт завершены.', 'Аккаунтуңуздагы бардык сеанстар аяктады.', 'All sessions of your account have ended.']),
  ('security_email_changed', 'account', '{push,in_app}', '{push,in_app}', 'passive', 'type', 259200, 2, true, true, true,
    array['Электронная почта изменена', 'Электрондук почта өзгөрдү', 'E-mail address changed'],
    array['Адрес электронной почты вашего аккаунта указан, изменён или удалён. Если это не вы, выйдите на всех устройствах в настройках.',
      'Аккаунтуңуздун электрондук дареги коюлду, өзгөртүлдү же өчүрүлдү. Бул сиз болбосоңуз, жөндөөлөрдөн бардык түзмөктөрдөн чыгыңыз.',
      'The e-mail address of your account was set, changed or removed. If it was not you, log out everywhere in the settings.']),
  ('security_email_login', 'account', '{push,in_app}', '{push,in_app}', 'passive', 'type', 259200, 2, true, true, true,
    array['Вход по коду из почты', 'Почтадан келген код менен кирүү', 'Login with a code by e-mail'],
    array['В ваш аккаунт вошли с кодом, отправленным по электронной почте, потому что SMS не доходили. Если это не вы, выйдите на всех устройствах.',
      'SMS жетпегендиктен, аккаунтуңузга электрондук почтага жөнөтүлгөн код менен киришти. Бул сиз болбосоңуз, бардык түзмөктөрдөн чыгыңыз.',
      'Somebody logged in to your account with a code sent by e-mail, since SMS did not arrive. If it was not you, log out everywhere.']);
insert into public.notification_types
  (code, area, channels, defaults, quiet, collapse_by, life_seconds, priority, is_urgent, is_resent, title, message) values
  ('email_stopped', 'account', '{push,in_app}', '{push,in_app}', 'defer', 'type', 259200, 5, false, true,
    array['Письма не доходят', 'Каттар жетпей жатат', 'E-mails do not arrive'],
    array['Мы больше не пишем на ваш адрес электронной почты: письма возвращаются или отмечены как спам. Подтвердите адрес ещё раз или укажите другой.',
      'Электрондук дарегиңизге мындан ары жазбайбыз: каттар кайтып келүүдө же спам деп белгиленген. Даректи кайра ырастаңыз же башкасын жазыңыз.',
      'We no longer write to your e-mail address: mails come back or were marked as spam. Confirm the address again or choose another one.']);

insert into public.notification_types (code, area, channels, defaults, quiet, collapse_by, life_seconds, priority, is_urgent, hold_seconds, gap_seconds) values
  ('chat_message', 'chat', '{push,in_app}', '{push,in_app}', 'passive', 'thread_id', 86400, 2, true, 7, 60);
insert into public.notification_types (code, area, channels, defaults, quiet, collapse_by, life_seconds, priority, is_marketing) values
  ('campaign', 'news', '{push,in_app}', '{push,in_app}', 'defer', 'campaign_id', 43200, 9, true);

-- A locked screen is public: no sum of money, no price of a deal, and conversations only by the reader's choice.
update public.notification_types t set veil = 'always',
  veiled = array['Подробности в приложении.', 'Толук маалымат тиркемеде.', 'See the details in the app.']
where t.area in ('payments', 'subscription');
-- Conversations are not delayed, and messages about money are not counted as the fourth push of a day.
update public.notification_types t set is_capped = false
where t.area in ('chat', 'payments') or t.is_security or t.code in ('subscription_ending', 'subscription_grace', 'subscription_ended');
update public.notification_types t set veil = 'wished', veiled = array['Новое сообщение', 'Жаңы билдирүү', 'New message'] where t.code = 'chat_message';
update public.notification_types t set veil = 'wished', veiled = array['Откройте, чтобы прочитать.', 'Окуу үчүн ачыңыз.', 'Open it to read.'] where t.code = 'comment';

create function private.language_place(p_language text) returns integer
language sql immutable set search_path = '' as $$
  select coalesce(pg_catalog.array_position(array['ru', 'ky', 'en'], p_language), 1);
$$;
comment on function private.language_place(text) is 'Returns the position of a language in the texts of a type.';

create function private.fill_text(p_text text, p_language text, p_values jsonb) returns text
language plpgsql stable set search_path = '' as $$
begin
  -- One pass over the text of the type: a value that looks like a placeholder is shown as it is.
  return (
    select pg_catalog.string_agg(coalesce(case m.part[1]
      when '{tier}' then (select (array[t.name_ru, t.name_ky, t.name_en])[private.language_place(p_language)]
        from public.tiers t where t.code = p_values ->> 'tier')
      when '{amount}' then pg_catalog.trim_scale((p_values ->> 'amount_tyiyn')::numeric / 100)::text
      when '{until}' then pg_catalog.to_char((p_values ->> 'until')::timestamptz at time zone 'Asia/Bishkek', 'DD.MM.YYYY')
      when '{hidden}' then coalesce(p_values ->> 'hidden', '0')
      else case when m.part[1] = any (array['{listing}', '{reason}', '{percent}', '{business}', '{text}', '{search}', '{device}'])
        then p_values ->> pg_catalog.btrim(m.part[1], '{}') else m.part[1] end end, ''), '' order by m.place)
    from pg_catalog.regexp_matches(p_text, '[{][a-z_]+[}]|[^{]+|[{]', 'g') with ordinality as m (part, place));
end;
$$;
comment on function private.fill_text(text, text, jsonb) is
  'Replaces {tier}, {amount} (som), {until} (a Bishkek day), {hidden}, {listing}, {reason}, {percent}, {business}, {text}, '
  '{search} and {device} in a text of a type, once: a value is never searched for placeholders.';

create function private.enqueue_notifications(p_code text, p_list jsonb) returns integer
language plpgsql volatile set search_path = '' as $$
declare
  v_told integer;
begin
  insert into public.notifications (user_id, from_user_id, type, title, message, action_url, data, dedupe_key, may_push)
  select u.id, private.as_uuid(r."values" ->> 'from_user_id'), t.code,
    pg_catalog.left(private.fill_text(t.title[l.place], u.language, r."values"), 200),
    pg_catalog.left(private.fill_text(t.message[l.place], u.language, r."values"), 1000),
    coalesce(r."values" ->> 'action_url', case when r."values" ? 'payment_id' then 'app360://payments/' || (r."values" ->> 'payment_id')
      when t.area = 'subscription' then 'app360://subscription'
      when r."values" ? 'listing_id' then 'app360://listing/' || (r."values" ->> 'listing_id') end),
    r."values" - array['action_url', 'from_user_id', 'text', 'listing', 'business', 'search', 'may_push'], r.about,
    coalesce((r."values" ->> 'may_push')::boolean, true)
  from pg_catalog.jsonb_to_recordset(p_list) as r (user_id uuid, about text, "values" jsonb)
  join public.accounts u on u.id = r.user_id
  join public.notification_types t on t.code = p_code
  cross join lateral (select private.language_place(u.language) as place) as l
  -- In a fixed order, so that two fan-outs never deadlock.
  order by u.id
  on conflict (user_id, dedupe_key) do nothing;
  get diagnostics v_told = row_count;
  return v_told;
end;
$$;
comment on function private.enqueue_notifications(text, jsonb) is
  'Notifies users [{user_id, about, values}], each in the user''s language and once per about, in one statement; returns the number of new ones. '
  'values: values for the texts of the type (see private.fill_text), ids for the app, and action_url, from_user_id, may_push where they '
  'differ from the default.';

create function private.enqueue_notification(p_user_id uuid, p_code text, p_about text, p_values jsonb) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform private.enqueue_notifications(p_code, pg_catalog.jsonb_build_array(
    pg_catalog.jsonb_build_object('user_id', p_user_id, 'about', p_about, 'values', p_values)));
end;
$$;
comment on function private.enqueue_notification(uuid, text, text, jsonb) is
  'Notifies one user, once per p_about; see private.enqueue_notifications.';

revoke execute on function private.language_place(text), private.fill_text(text, text, jsonb),
  private.enqueue_notifications(text, jsonb), private.enqueue_notification(uuid, text, text, jsonb) from public, anon, authenticated;
grant execute on function private.language_place(text), private.fill_text(text, text, jsonb),
  private.enqueue_notifications(text, jsonb), private.enqueue_notification(uuid, text, text, jsonb) to service_role;
