-- Of the contacts in a page read by update, those whose last update lies at or after the window's end: they belong to
-- a later window, or moved there while this one was read.
alter table cxone.landing_page add column beyond_ids bigint[];

