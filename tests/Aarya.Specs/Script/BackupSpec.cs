using System.Globalization;
using System.Text;
using Aarya.Features.CorePlatform;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Script;

/// <summary>A shop is lost and comes back: a real backup of real servers, and everything that can be wrong with it.</summary>
public sealed class BackupSpec(BackedUpShop shop) : IClassFixture<BackedUpShop>
{
    private const string Numbers = "select string_agg(data ->> 'number', ' ' order by data ->> 'number') from commerce.mt_doc_order";

    private string AllOrders => Joined(shop.Orders);

    [Fact]
    public async Task a_shop_whose_data_is_destroyed_comes_back_with_every_order_and_cart()
    {
        Directory.Delete(Path.Combine(shop.Home, "data"), recursive: true);

        var said = await shop.SucceedsAsync("restore newest");

        Assert.Contains("PostgreSQL is restored to 20", said, StringComparison.Ordinal);
        var (orders, carts) = await ReadAsync();
        Assert.Equal(AllOrders, orders);
        Assert.Equal("1", carts);

        // With its data in place nothing is replaced unasked.
        Assert.EndsWith("has data already: --replace keeps it beside under another name, and restores.",
            await shop.FailsAsync("restore newest"), StringComparison.Ordinal);
        await shop.SucceedsAsync("restore newest --replace");
        Assert.Single(Directory.GetDirectories(Path.Combine(shop.Home, "data"), "postgres.before-*"));
        Assert.Equal((AllOrders, "1"), await ReadAsync());

        async Task<(string Orders, string Carts)> ReadAsync()
        {
            var lines = (await shop.SucceedsAsync(
                $"start_servers >/dev/null; ask_postgres \"{Numbers}\"; tell_redis exists {shop.Cart}; stop_servers >/dev/null"))
                .Split('\n');
            return (lines[0], lines[1]);
        }
    }

    [Fact]
    public async Task a_shop_is_restored_to_a_moment_between_two_orders()
    {
        var into = Path.Combine(shop.Home, "then");
        // By its name: other specs of this shop make backups that are newer than the moment.
        await shop.SucceedsAsync($"restore {Path.GetFileName(shop.Backup)} --until '{shop.Between:O}' --into '{into}'");

        Assert.Equal(Joined(shop.Orders.Take(2)), (await RestoredAsync(into, Numbers)).Trim());

        var before = await shop.FailsAsync("restore newest --until '2001-01-01' --into other");
        Assert.EndsWith("take an earlier backup.", before, StringComparison.Ordinal);
        var after = await shop.FailsAsync("restore newest --until '2099-01-01' --into other");
        Assert.EndsWith("leave out --until to restore all of it.", after, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Support.Repository.Root, "other")));
    }

    [Fact]
    public async Task a_verified_backup_was_restored_and_its_books_agree_with_the_payment_provider()
    {
        var said = await shop.SucceedsAsync($"""
            start_servers
            backup verify {Path.GetFileName(shop.Backup)}
            ask_postgres "select 'recorded ' || (verified_at > ended_at) from core.backup where name = '{Path.GetFileName(shop.Backup)}'"
            """);
        await shop.SucceedsAsync("stop_servers");

        string[] expected =
        [
            "ok    stock is the sum of its ledger, and reserved pieces the sum of their reservations: 1 SKUs",
            "ok    available, reserved and sold pieces are those that were put in: 1 SKUs",
            "ok    every order is what its facts say, and adds up: 3 streams",
            "ok    the goods of an order are reserved until it is paid, then sold: 3 lines",
            "ok    every payment is what its facts say: 3 streams",
            "ok    the provider has every captured charge and every refund: 3 charges, 0 refunds",
            "Recovery point: 20", "Recovery time: ", "is verified.", "recorded true",
        ];
        Assert.All(expected, x => Assert.Contains(x, said, StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(shop.Home, "data", "verified")));
    }

    [Fact]
    public async Task books_that_do_not_agree_are_named_one_by_one()
    {
        var into = Path.Combine(shop.Home, "changed");
        await shop.SucceedsAsync($"restore newest --into '{into}'");
        var (first, second, third) = (shop.Orders[0], shop.Orders[1], shop.Orders[2]);

        var checks = await shop.RunAsync($"""
            choose_servers
            SERVER_USER=$(server_user) FRESH_REDIS_PORT=1 FRESH_PG_PORT=$(sed -n 's/^port = //p' '{into}/postgres/aarya.conf')
            start_fresh_postgres '{into}'
            ask_fresh "$CHANGE" >/dev/null
            code=0
            run_fresh_command invariants || code=$?
            stop_fresh '{into}'
            exit "$code"
            """, ("CHANGE", $$$"""
            update commerce.stock set on_hand = on_hand + 1;
            update commerce.mt_doc_order set data = jsonb_set(data, '{status}', '"Shipped"') where data ->> 'number' = '{{{first}}}';
            update commerce.mt_events set data = jsonb_set(data, '{totals,total,amount}', '1')
              where type = 'order_placed' and data ->> 'number' = '{{{second}}}';
            update commerce.mt_doc_order set data = jsonb_set(data, '{totals,total,amount}', '1') where data ->> 'number' = '{{{second}}}';
            update commerce.reservation set quantity = quantity + 1
              where id = (select id from commerce.mt_doc_order where data ->> 'number' = '{{{third}}}');
            update payment.mt_doc_orderpayment set data = jsonb_set(data, '{capturedAmount,amount}', '1')
              where data ->> 'number' = '{{{third}}}';
            """));

        Assert.True(checks.ExitCode == 1, checks.Output + checks.Error);
        string[] expected =
        [
            $"{shop.Sku}: 98 on hand, 97 in the ledger; 0 reserved, 0 in reservations",
            $"{shop.Sku}: 98 available, 0 reserved, 4 sold, 100 put in",
            ": not what its facts say", $"order {second}: its total is 1",
            $"order {third} is Confirmed: 1 of {shop.Sku} ordered, 2 sold", $"order {third}: ₹0.01 captured, the provider has ₹",
        ];
        Assert.All(expected, x => Assert.Contains(x, checks.Output, StringComparison.Ordinal));
        Assert.Equal(6, checks.Output.Split("  fail  ").Length - 1);
        Assert.DoesNotContain($"order {first}:", checks.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_changed_byte_of_a_backup_or_of_the_log_is_found()
    {
        var copy = Directory.CreateDirectory(Path.Combine(shop.Home, "copy"));
        foreach (var file in Directory.GetFiles(shop.Backups, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(copy.FullName, Path.GetRelativePath(shop.Backups, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }

        // As `cp -r` by the servers' user leaves it.
        await shop.SucceedsAsync($"chown -R \"$(server_user)\" '{copy.FullName}'");
        var backup = Path.Combine(copy.FullName, Path.GetFileName(shop.Backup));
        File.Delete(Path.Combine(backup, "verified"));
        var segments = Directory.GetFiles(Path.Combine(copy.FullName, Path.GetFileName(shop.Archive)), "????????????????????????.age");

        await ChangedAsync(segments.Order().Last(), async () => Assert.Contains(
            "the archive is damaged: ", await shop.FailsAsync($"backup verify '{backup}'"), StringComparison.Ordinal));
        var data = Path.Combine(backup, "postgres.tar.gz.age");
        await ChangedAsync(data, async () => Assert.EndsWith(
            "postgres.tar.gz.age is not what its manifest says.", await shop.FailsAsync($"backup verify '{backup}'"),
            StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(backup, "verified")));

        static async Task ChangedAsync(string file, Func<Task> check)
        {
            var bytes = await File.ReadAllBytesAsync(file);
            bytes[^20] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
            await check();
            bytes[^20] ^= 1;
            await File.WriteAllBytesAsync(file, bytes);
        }
    }

    [Fact]
    public async Task no_file_of_a_backup_has_a_secret_an_address_or_an_order_in_plain_text()
    {
        string[] names = ["postgres", "redis", "redis-login", "encryption-key", "payment-api-key", "payment-webhook-secret"];
        string[] hidden = [.. names.Select(shop.Secret), "AGE-SECRET-KEY", "guest@example.com", shop.Sku, .. shop.Orders];
        var files = Directory.GetFiles(shop.Backups, "*", SearchOption.AllDirectories);
        Assert.Contains(files, x => x.EndsWith("manifest.json", StringComparison.Ordinal));
        foreach (var file in files)
        {
            var content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            foreach (var text in hidden)
                Assert.False(content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0, $"{file} contains {text}");
            if (file.EndsWith(".age", StringComparison.Ordinal))
                Assert.StartsWith("age-encryption.org/v1", Encoding.ASCII.GetString(content.AsSpan(0, 30)), StringComparison.Ordinal);
        }

        // They are named, so that a restore can ask for them.
        var manifest = await File.ReadAllTextAsync(Path.Combine(shop.Backup, "manifest.json"), TestContext.Current.CancellationToken);
        Assert.All(names, x => Assert.Contains($"\"{x}\"", manifest, StringComparison.Ordinal));
    }

    [Fact]
    public async Task a_restore_without_the_secrets_or_the_key_names_what_is_missing()
    {
        var elsewhere = Directory.CreateTempSubdirectory("aarya-restore-");
        try
        {
            (string, string)[] settings = [("AARYA_HOME", elsewhere.FullName), ("AARYA_BACKUP_DIRECTORY", shop.Backups)];
            Assert.Contains("AARYA_BACKUP_IDENTITY names another file.", await shop.FailsAsync("restore newest", settings),
                StringComparison.Ordinal);
            Assert.Contains(
                "put postgres redis redis-login encryption-key payment-api-key payment-webhook-secret into",
                await shop.FailsAsync(
                    "restore newest", [.. settings, ("AARYA_BACKUP_IDENTITY", Path.Combine(shop.Home, "secrets", "backup-identity"))]),
                StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(elsewhere.FullName, "data")));
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("encryption-key")]
    [InlineData("payment-api-key")]
    [InlineData("payment-webhook-secret")]
    public async Task a_restore_with_a_wrong_secret_names_it(string secret)
    {
        var elsewhere = Directory.CreateTempSubdirectory("aarya-wrong-");
        try
        {
            // The folder has the right ones but this; a key beside the right one is no fault.
            var secrets = elsewhere.CreateSubdirectory("secrets").FullName;
            foreach (var file in Directory.GetFiles(Path.Combine(shop.Home, "secrets")))
                File.Copy(file, Path.Combine(secrets, Path.GetFileName(file)));
            (string, string)[] settings = [("AARYA_HOME", elsewhere.FullName), ("AARYA_BACKUP_DIRECTORY", shop.Backups)];
            await WriteAsync($"{shop.Secret(secret)} another");
            await shop.SucceedsAsync("find_backup newest; need_secrets", settings);
            await WriteAsync("another");
            var line = await shop.FailsAsync("restore newest", settings);
            Assert.StartsWith($"aarya: {secret} in {secrets}: not what the shop had", line, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Path.Combine(elsewhere.FullName, "data")));
            await shop.SucceedsAsync("find_backup newest; need_secrets", [.. settings, ("AARYA_REPLACED_SECRETS", $"postgres {secret}")]);

            Task WriteAsync(string value) =>
                File.WriteAllTextAsync(Path.Combine(secrets, secret), value, TestContext.Current.CancellationToken);
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task a_backup_whose_manifest_would_lack_a_value_is_not_published()
    {
        var before = Directory.GetFileSystemEntries(shop.Backups, "backup-*").Order().ToArray();
        Assert.EndsWith("the backup is not finished: its schemaVersion is ''.",
            await shop.FailsAsync("schema_version() { :; }; backup"), StringComparison.Ordinal);
        Assert.EndsWith("the backup is not finished: its manifest lacks the sum of a file or of a secret.",
            await shop.FailsAsync("sum_of() { :; }; backup"), StringComparison.Ordinal);
        Assert.Equal(before, Directory.GetFileSystemEntries(shop.Backups, "backup-*").Order());
    }

    [Fact]
    public async Task a_backup_that_fails_leaves_nothing_that_looks_like_one()
    {
        var before = Directory.GetFileSystemEntries(shop.Backups).Order().ToArray();
        await shop.FailsAsync("copy_redis() { fail 'Redis is away.'; }; backup");
        Assert.Equal(before, Directory.GetFileSystemEntries(shop.Backups).Order());
        Assert.False(Directory.Exists(Path.Combine(shop.Home, "data", "backup-work")));
    }

    [Fact]
    public async Task a_single_backup_elsewhere_leaves_the_log_with_the_others()
    {
        var elsewhere = Path.Combine(shop.Home, "elsewhere");
        var settings = Path.Combine(shop.Home, "data", "archive.conf");
        var before = await ReadAsync();
        await shop.SucceedsAsync($"backup --to '{elsewhere}'");
        var there = Directory.GetFileSystemEntries(elsewhere).Select(x => Path.GetFileName(x)!).Order().ToList();
        Assert.Equal("aarya-shop", there[0]);
        Assert.StartsWith("backup-", Assert.Single(there.Skip(1)), StringComparison.Ordinal);
        Assert.Equal(before, await ReadAsync());
        await shop.SucceedsAsync("backup");
        var archived = await ReadAsync();
        Assert.Contains(shop.Archive, archived, StringComparison.Ordinal);
        await shop.SucceedsAsync($"backup --to '{elsewhere}'");
        Assert.Equal(archived, await ReadAsync());

        // Empty before the first backup of all.
        async Task<string> ReadAsync() =>
            File.Exists(settings) ? await File.ReadAllTextAsync(settings, TestContext.Current.CancellationToken) : "";
    }

    [Fact]
    public async Task a_log_that_cannot_be_archived_shows_its_age_until_it_can()
    {
        var gauge = new CorePlatformModule().Gauges.Single(x => x.Name == "aarya_log_archive_waiting_seconds");

        var said = await shop.SucceedsAsync("""
            switch() { ask_postgres "select pg_logical_emit_message(false, 'specs', '')" >/dev/null; ask_postgres "$NAME"; }
            failed() { [[ $(ask_postgres 'select last_failed_wal from pg_stat_archiver') == "$1" ]]; }
            waits() { [[ $(ask_postgres "$GAUGE") != 0 ]]; }
            read_gauge() { echo "$1 $(ask_postgres "$GAUGE")"; }
            set_command() {
                ask_postgres "alter system $1" >/dev/null
                ask_postgres 'select pg_reload_conf()' >/dev/null
            }

            { start_servers; backup; } >/dev/null
            archive=$BACKUPS/wal-$(system_of_server)
            # Any login may read it.
            ask_postgres 'create role visitor' >/dev/null
            echo "begin $(ask_postgres "set role visitor; $GAUGE" | tail -n 1)"

            # As an archive that is not reached: what writes there waits without an end.
            for ahead in 0 "pg_size_bytes(current_setting('wal_segment_size'))"; do
                as_server mkfifo "$archive/$(ask_postgres "select pg_walfile_name(pg_current_wal_lsn() + $ahead)").new"
            done
            segment=$(switch)
            await 120 failed "$segment"
            read_gauge hung
            grep "did not store $segment within 1 s" "$DATA/postgres.log" | tail -n 1
            as_server rm "$archive"/*.new
            # A segment that is finished wakes it up.
            await 120 is_archived "$(switch)"
            read_gauge stored

            # It does not fail where nothing is tried.
            set_command "set archive_command = ''"
            switch >/dev/null
            switch >/dev/null
            await 120 waits
            read_gauge untried
            set_command 'reset archive_command'
            await 120 is_archived "$(switch)"
            read_gauge end
            ask_postgres 'drop role visitor' >/dev/null
            stop_servers >/dev/null
            """, ("ARCHIVE_LIMIT", "1"), ("GAUGE", gauge.Sql), ("NAME", "select pg_walfile_name(pg_switch_wal())"));

        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        Assert.Equal(["begin 0", "stored 0", "end 0"], lines.Where(x => x.EndsWith(" 0", StringComparison.Ordinal)));
        Assert.Contains(lines, x => x.StartsWith("archive-wal: ", StringComparison.Ordinal));
        foreach (var state in new[] { "hung ", "untried " })
        {
            var line = Assert.Single(lines, x => x.StartsWith(state, StringComparison.Ordinal));
            Assert.True(double.Parse(line[state.Length..], CultureInfo.InvariantCulture) > 0, line);
        }
    }

    [Fact]
    public async Task what_is_deleted_is_forgotten()
    {
        var folder = Directory.CreateDirectory(Path.Combine(shop.Home, "few")).FullName;
        var said = await shop.SucceedsAsync($$"""
            # The log stays where the other specs look for it.
            archive_log() { :; }
            chown "$(server_user)" '{{folder}}'
            start_servers >/dev/null
            # Deleted after the moment that a restore went back to, and a verified one elsewhere, which is the newest known to be good.
            ask_postgres "delete from core.backup; insert into core.backup (name, began_at, ended_at, verified_at) values
                ('backup-20200101T000000Z', '2020-01-01', '2020-01-01', null),
                ('backup-20200102T000000Z', '2020-01-02', '2020-01-02', now())" >/dev/null
            first=$(backup | sed -n 's/^The backup is .*\///p' | tr -d .)
            # Two backups of one second would have one name.
            await 60 eval '[[ $(date -u +%Y%m%dT%H%M%SZ) > ${first#backup-} ]]'
            backup >/dev/null
            echo "first $first"
            ls '{{folder}}' | grep ^backup-
            ask_postgres 'select name from core.backup order by name'
            backup --to '{{folder}}-other' >/dev/null
            ask_postgres 'select count(*) from core.backup'
            stop_servers >/dev/null
            """, ("AARYA_BACKUP_DIRECTORY", folder), ("AARYA_BACKUP_KEEP", "1"));
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var kept = Path.GetFileName(Assert.Single(Directory.GetDirectories(folder, "backup-*")));
        Assert.NotEqual($"first {kept}", lines[0]);
        Assert.Equal([kept, "backup-20200102T000000Z", kept, "3"], lines[1..]);
    }

    [Fact]
    public async Task other_commands_run_while_a_backup_is_verified_and_leave_it_alone()
    {
        // Both locks are as for a verification that was started by the script itself.
        var said = await shop.SucceedsAsync($$"""
            eval "$(declare -f restore_redis run_command | sed 's/^\(restore_redis\|run_command\) /really_\1 /')"
            restore_redis() { flock --nonblock "$STATE/lock" echo 'others run'; really_restore_redis "$@"; }
            run_command() { flock --nonblock "$STATE/lock" true || echo 'nobody builds'; really_run_command "$@"; }
            AARYA_LOCKED='' AARYA_VERIFIES=1
            backup verify {{Path.GetFileName(shop.Backup)}}
            flock --nonblock "$STATE/lock" echo 'others run again'
            exec 7>>"$STATE/verify.lock"
            flock 7
            prune_backups
            echo "$did"
            """);
        string[] expected = ["others run\n", "nobody builds\n", "others run again\n", "nothing deleted: a backup is being verified\n"];
        Assert.All(expected, x => Assert.Contains(x, said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task without_its_log_only_the_moment_of_a_backup_can_be_restored()
    {
        var alone = Path.Combine(shop.Home, "alone", Path.GetFileName(shop.Backup));
        await shop.SucceedsAsync($"as_server() {{ \"$@\"; }}; mkdir '{shop.Home}/alone'; cp -a '{shop.Backup}' '{alone}'");

        Assert.EndsWith($"has no log after {Path.GetFileName(alone)}: only its own moment can be restored, without --until.",
            await shop.FailsAsync($"restore '{alone}' --until '{shop.Between:O}' --into other"), StringComparison.Ordinal);
        var into = Path.Combine(shop.Home, "without");
        var said = await shop.SucceedsAsync($"restore '{alone}' --into '{into}'");
        Assert.Contains($"has no log after {Path.GetFileName(alone)}: only its own moment, 20", said, StringComparison.Ordinal);
        Assert.Equal(shop.Orders[0], (await RestoredAsync(into, Numbers)).Trim());
        Assert.DoesNotContain("has no log after",
            await shop.SucceedsAsync($"restore '{shop.Backup}' --into '{into}-not'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_restored_shop_archives_its_log_at_once_and_its_former_history_can_be_chosen()
    {
        var timeline = (await shop.SucceedsAsync("""
            { start_servers; backup; } >/dev/null
            ask_postgres 'drop table if exists public.restored; create table public.restored (was text)' >/dev/null
            ask_postgres "insert into public.restored values ('before')" >/dev/null
            ask_postgres 'select timeline_id from pg_control_checkpoint()'
            stop_servers >/dev/null
            """)).Trim();

        // As on a new machine: nothing of the data is left, and nobody makes a backup.
        Directory.Delete(Path.Combine(shop.Home, "data"), recursive: true);
        var restored = await shop.SucceedsAsync("restore newest");
        Assert.Contains($"the log goes on in {shop.Backups}", restored, StringComparison.Ordinal);
        await shop.SucceedsAsync("""
            start_servers
            ask_postgres "insert into public.restored values ('after')"
            await 120 is_archived "$(ask_postgres 'select pg_walfile_name(pg_switch_wal())')"
            kill -KILL "$(sed 's/ .*//' "$STATE/run/postgres")"
            stop_servers
            """);

        const string Rows = "select string_agg(was, ' ' order by was) from public.restored";
        var (newest, former) = (Path.Combine(shop.Home, "newest"), Path.Combine(shop.Home, "former"));
        await shop.SucceedsAsync($"restore newest --into '{newest}'");
        Assert.Equal("after before", (await RestoredAsync(newest, Rows)).Trim());
        await shop.SucceedsAsync($"restore newest --timeline {timeline} --into '{former}'");
        Assert.Equal("before", (await RestoredAsync(former, Rows)).Trim());
        Assert.Contains("recovery target timeline 99 does not exist", await shop.FailsAsync("restore newest --timeline 99 --into other"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_restore_without_a_folder_to_archive_to_says_so()
    {
        var said = await shop.SucceedsAsync(
            "need_data_folder; need_backup_folder() { fail 'the disk is away.'; }; BACKUP=$CHOSEN; archive_again; echo \"$did\"",
            ("CHOSEN", shop.Backup));
        Assert.Equal("left as it was: the disk is away.\n", said);
    }

    [Fact]
    public async Task the_newest_backup_is_none_of_a_future_time()
    {
        var folder = Directory.CreateTempSubdirectory("aarya-future-");
        try
        {
            foreach (var name in new[] { "backup-20200101T000000Z", "backup-20990101T000000Z" })
                await File.WriteAllTextAsync(Path.Combine(folder.CreateSubdirectory(name).FullName, "manifest.json"), "",
                    TestContext.Current.CancellationToken);
            var found = await shop.RunAsync("find_backup newest", ("AARYA_BACKUP_DIRECTORY", folder.FullName),
                ("AARYA_BACKUP_IDENTITY", Path.Combine(folder.FullName, "missing")));
            Assert.Equal("backup-20990101T000000Z is of a future time: it counts only if it is named.\n", found.Output);
            Assert.Contains("AARYA_BACKUP_IDENTITY names another file.", found.Error, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        Assert.Equal("in the future by the clock of this machine", await shop.SucceedsAsync("seconds_ago 2099-01-01"));
    }

    [Fact]
    public async Task a_folder_that_is_not_mounted_or_belongs_to_another_shop_is_refused()
    {
        var mount = Path.Combine(shop.Home, "mount");
        var folder = Path.Combine(mount, "backups");
        (string, string)[] settings = [("AARYA_BACKUP_DIRECTORY", folder)];
        // The log stays where the other specs look for it.
        const string Backup = "archive_log() { :; }; backup";

        // Its disk is not mounted before the first backup.
        Assert.EndsWith($"{folder}, does not exist: mount it, or make it.", await shop.FailsAsync(Backup, settings),
            StringComparison.Ordinal);
        var table = Path.Combine(shop.Home, "fstab");
        await File.WriteAllTextAsync(table, $"/dev/disk {mount} ext4 defaults 0 2\n", TestContext.Current.CancellationToken);
        Directory.CreateDirectory(folder);
        await shop.SucceedsAsync($"chown \"$(server_user)\" '{folder}'");
        foreach (var command in new[] { Backup, "restore newest" })
        {
            Assert.EndsWith($"{mount} is not mounted: mount it, then try again.",
                await shop.FailsAsync(command, [.. settings, ("LIBMOUNT_FSTAB", table)]), StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder));

        // Nor afterwards: the empty folder is not that of the first backup.
        await shop.SucceedsAsync(Backup, settings);
        var away = $"{folder}-away";
        Directory.Move(folder, away);
        Assert.EndsWith($"{folder}, which is not there: mount it.", await shop.FailsAsync(Backup, settings), StringComparison.Ordinal);
        Directory.CreateDirectory(folder);
        await shop.SucceedsAsync($"chown \"$(server_user)\" '{folder}'");
        Assert.Contains($"{folder} has lost the backups of this shop: mount their disk.", await shop.FailsAsync(Backup, settings),
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder);
        Directory.Move(away, folder);

        // Another shop has another PostgreSQL. An earlier version of the script wrote nothing but the backups.
        const string Other = $"system_of_server() {{ echo 7; }}; {Backup}";
        foreach (var marker in new[] { true, false })
        {
            if (!marker) await shop.SucceedsAsync($"as_server() {{ \"$@\"; }}; rm '{folder}/aarya-shop' \"$STATE/backup-folders\"");
            var before = Directory.GetFileSystemEntries(folder).Order().ToList();
            Assert.Contains($"{folder} has the backups of another shop (of PostgreSQL ", await shop.FailsAsync(Other, settings),
                StringComparison.Ordinal);
            Assert.Equal(before, Directory.GetFileSystemEntries(folder).Order());
        }

        // What belongs to this shop gets the marker again.
        await shop.SucceedsAsync(Backup, settings);
        Assert.True(File.Exists(Path.Combine(folder, "aarya-shop")));
    }

    [Theory]
    [InlineData("000000010000000000000006", "2 3 4 5 6")]
    // The shop was restored to an earlier moment: its newest backup begins earlier in the log, on another timeline.
    [InlineData("000000020000000000000001", "1 2 3 4 5 6")]
    public async Task the_newest_backups_are_kept_and_the_newest_verified_one(string newestBegins, string keptLog)
    {
        var folder = Directory.CreateTempSubdirectory("aarya-kept-");
        try
        {
            foreach (var day in Enumerable.Range(1, 6))
            {
                var backup = folder.CreateSubdirectory($"backup-2020010{day}T000000Z").FullName;
                var begins = day == 6 ? newestBegins : $"00000001000000000000000{day}";
                await File.WriteAllTextAsync(Path.Combine(backup, "manifest.json"),
                    $"  \"postgresSystem\": \"7\",\n  \"firstSegment\": \"{begins}\",\n",
                    TestContext.Current.CancellationToken);
                // What a full disk has left empty is no verification.
                if (day is 1 or 2 or 3)
                {
                    await File.WriteAllTextAsync(Path.Combine(backup, "verified"), day == 3 ? "" : $"2020-01-0{day}T03:00:00Z\n",
                        TestContext.Current.CancellationToken);
                }

                foreach (var kind in new[] { "age", "sha256" })
                    await File.WriteAllTextAsync(
                        Path.Combine(folder.CreateSubdirectory("wal-7").FullName, $"00000001000000000000000{day}.{kind}"), "",
                        TestContext.Current.CancellationToken);
            }

            // A clock was wrong: it takes no place of the others.
            var future = folder.CreateSubdirectory("backup-20990101T000000Z").FullName;
            await File.WriteAllTextAsync(Path.Combine(future, "manifest.json"),
                "  \"postgresSystem\": \"7\",\n  \"firstSegment\": \"000000010000000000000006\",\n", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(future, "verified"), "2099-01-01T03:00:00Z\n", TestContext.Current.CancellationToken);

            var said = await shop.SucceedsAsync(
                "choose_servers; as_server() { \"$@\"; }; ask_postgres() { echo 7; }; BACKUPS=$FOLDER; prune_backups; echo \"$did\"",
                ("AARYA_BACKUP_KEEP", "2"), ("FOLDER", folder.FullName));

            Assert.Equal("3 kept, 3 deleted, 1 of a future time\n", said);
            Assert.Equal(
                ["backup-20200102T000000Z", "backup-20200105T000000Z", "backup-20200106T000000Z", "backup-20990101T000000Z"],
                folder.GetDirectories("backup-*").Select(x => x.Name).Order());
            // The log that they need from its earliest position on, and what follows.
            Assert.Equal(keptLog.Split(' '), folder.GetFiles("wal-7/*.age").Select(x => x.Name[23..24]).Order());
            Assert.Equal(keptLog.Split(' ').Length, folder.GetFiles("wal-7/*.sha256").Length);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What a PostgreSQL answers that was restored into a folder.
    private Task<string> RestoredAsync(string into, string question) => shop.SucceedsAsync($"""
        choose_servers
        SERVER_USER=$(server_user) FRESH_PG_PORT=$(sed -n 's/^port = //p' '{into}/postgres/aarya.conf')
        start_fresh_postgres '{into}'
        ask_fresh "{question}"
        stop_fresh '{into}'
        """);

    private static string Joined(IEnumerable<string> orders) => string.Join(' ', orders.Order(StringComparer.Ordinal));
}
