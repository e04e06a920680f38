/**
 * From the window `$1` read by start to its contacts: `sync_window w` joined to `contact c`. They are the contacts that
 * started in it and match its filter, whichever run stored them.
 */
export const contactsByStart = `
  cxone.sync_window w
  join cxone.contact c on c.tenant = w.tenant
   and c.contact_start_date >= w.window_start and c.contact_start_date < w.window_end
   and (w.skill_ids = '{}' or c.skill_id = any (w.skill_ids))
   and (w.campaign_ids = '{}' or c.campaign_id = any (w.campaign_ids))
   and (w.media_type_ids = '{}' or c.media_type_id = any (w.media_type_ids))
  where w.window_id = $1 and w.read_by = 'start'`;

/**
 * The contacts of the window `$1` of either kind, as a sub-query with `tenant, contact_id, master_contact_id`. A window
 * by update owns what its present attempt landed: a later update moves a contact's stamp out of the range again, so
 * that the range would mean nothing afterwards.
 */
export const windowContacts = `
  select c.tenant, c.contact_id, c.master_contact_id from ${contactsByStart}
  union all
  select c.tenant, c.contact_id, c.master_contact_id
  from cxone.sync_window w
  join cxone.landing_page p on p.window_id = w.window_id and p.attempt = w.attempt and p.kind = 'contacts'
  cross join lateral unnest(p.record_ids) as landed (contact_id)
  join cxone.contact c on c.tenant = w.tenant and c.contact_id = landed.contact_id
  where w.window_id = $1 and w.read_by = 'update'`;
