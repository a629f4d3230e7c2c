-- Notes when the outbox of core commits an event of an account, and when content commits its handling. A deferred trigger runs at the
-- commit itself, so both times are those of a commit, not of a statement within its transaction.
create unlogged table if not exists public.bench_sent (event_id uuid primary key, at timestamptz not null);
create unlogged table if not exists public.bench_handled (event_id uuid primary key, at timestamptz not null);

-- The contexts' logins may not write to these tables themselves.
create or replace function public.bench_note_sent() returns trigger language plpgsql security definer as $$
begin
  insert into public.bench_sent values (new.id, clock_timestamp()) on conflict do nothing;
  return null;
end $$;

create or replace function public.bench_note_handled() returns trigger language plpgsql security definer as $$
begin
  insert into public.bench_handled values (new.event_id, clock_timestamp()) on conflict do nothing;
  return null;
end $$;

drop trigger if exists bench_sent on core.wolverine_outgoing_envelopes;
create constraint trigger bench_sent after insert on core.wolverine_outgoing_envelopes
  deferrable initially deferred for each row execute function public.bench_note_sent();
drop trigger if exists bench_handled on content.processed_event;
create constraint trigger bench_handled after insert on content.processed_event
  deferrable initially deferred for each row execute function public.bench_note_handled();
