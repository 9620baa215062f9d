package io.eventsource.ground;

import static io.eventsource.ground.GroundReport.Severity.DOWN;
import static io.eventsource.ground.GroundReport.Severity.INFO;
import static io.eventsource.ground.GroundReport.Severity.REFUSE;
import static io.eventsource.ground.GroundReport.Severity.WARN;

import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is wrong with the server, or with the settings of this session. */
final class ServerRules {

    /** Tested up to here; the next one is likely to work. */
    static final int NEWEST = 18;

    static final int OLDEST = 12;

    private static final int PER_MAJOR = 10_000;
    private static final Pattern TIME = Pattern.compile("(\\d+)(us|ms|s|min|h|d)?");
    private static final Map<String, Double> UNITS =
            Map.of("us", 0.001, "ms", 1.0, "s", 1e3, "min", 6e4, "h", 3.6e6, "d", 8.64e7);

    /** Below this a timeout ends appends in ordinary use: a group waits up to 100 ms for a lock. */
    private static final Map<String, Integer> SHORTEST = Map.of(
            "lock_timeout", 100,
            "statement_timeout", 1_000,
            "transaction_timeout", 1_000,
            "idle_in_transaction_session_timeout", 1_000);

    private final Facts facts;
    private final List<Finding> findings = new ArrayList<>();

    private ServerRules(Facts facts) {
        this.facts = facts;
    }

    static GroundReport judge(Facts facts) {
        ServerRules rules = new ServerRules(facts);
        rules.product();
        if (rules.findings.stream().noneMatch(each -> each.severity() == REFUSE)) {
            rules.version();
            rules.pooler();
            rules.readOnly();
            rules.session();
            rules.durability();
            rules.timeouts();
        }
        return new GroundReport(rules.findings);
    }

    private void product() {
        String version = String.valueOf(facts.value("server", "version"));
        ServerProducts.Product product = ServerProducts.of(version, facts.is("server", "iam-mappings", "true"));
        if (product != null) {
            add(
                    "server-not-postgresql",
                    REFUSE,
                    "The server is %s: version() is '%s'".formatted(product.name(), shortened(version)),
                    product.why() + ": subscriptions would pass over events that commit late",
                    "Use PostgreSQL 12 to 18, also as a managed service that runs it");
        } else if (!ServerProducts.genuine(version)) {
            add(
                    "server-unknown",
                    WARN,
                    "version() is '%s', which is not how PostgreSQL reports its version".formatted(shortened(version)),
                    "If it is something else, its sequences and locks may not be those that the order of events rests on",
                    "Check what this server is");
        }
    }

    private void version() {
        Long number = facts.number("setting", "server_version_num");
        if (number == null) {
            return;
        }
        long major = number / PER_MAJOR;
        if (major < OLDEST) {
            add(
                    "server-too-old",
                    REFUSE,
                    "server_version_num is " + number,
                    "The library's functions need PostgreSQL 12",
                    "Upgrade the server");
        } else if (major > NEWEST) {
            add(
                    "server-untested",
                    INFO,
                    "The server is PostgreSQL %d; the newest tested one is %d".formatted(major, NEWEST),
                    "It is likely to work",
                    "Look for a newer version of the library");
        }
    }

    private void pooler() {
        String told = facts.value("driver", "process");
        if (told != null && !facts.is("server", "process", told)) {
            add(
                    GroundReport.POOLER,
                    INFO,
                    "The session has the process %s, and the driver was told %s"
                            .formatted(facts.value("server", "process"), told),
                    "A pooler stands before the server; in transaction mode nothing can be kept in a session",
                    "Declare it with eventsource.pool.pooler");
        }
    }

    private void readOnly() {
        if (facts.is("server", "recovery", "true")) {
            add(
                    "hot-standby",
                    DOWN,
                    "pg_is_in_recovery() is true",
                    "This server is a standby: it takes no append and no checkpoint",
                    "Point the data source to the primary (targetServerType=primary in the URL), or promote this server");
        } else if (facts.is("setting", "transaction_read_only", "on")) {
            String setting = facts.is("setting", "default_transaction_read_only", "on")
                    ? "default_transaction_read_only"
                    : "transaction_read_only";
            add(
                    "read-only-session",
                    DOWN,
                    setting + " is on in the sessions of the pool",
                    "Appends and checkpoints fail with SQLSTATE 25006",
                    "Set default_transaction_read_only=off for the role and the database, spring.datasource.hikari.read-only=false, and no readOnly=true in the URL");
        }
    }

    private void session() {
        if (facts.is("setting", "session_replication_role", "replica")) {
            add(
                    "triggers-do-not-fire",
                    REFUSE,
                    "session_replication_role is replica",
                    "Triggers do not fire: history can be changed, and no rows are written for the outbox",
                    "ALTER ROLE <user> RESET session_replication_role, and take it out of the options in the URL");
        }
        String isolation = facts.value("setting", "default_transaction_isolation");
        if (isolation != null && !isolation.equals("read committed")) {
            add(
                    "isolation",
                    WARN,
                    "default_transaction_isolation is " + isolation,
                    "A lost race ends the caller's transaction without the stream's true version, and reading the log can fail with serialization errors",
                    "Set it to 'read committed' for the role, and raise it where a transaction needs it");
        }
        String encoding = facts.value("setting", "server_encoding");
        if (encoding != null && !encoding.equals("UTF8")) {
            add(
                    "encoding",
                    WARN,
                    "server_encoding is " + encoding,
                    "Events with characters that it does not have cannot be appended",
                    "Create the database with ENCODING 'UTF8'");
        }
    }

    private void durability() {
        unsafe(
                "synchronous-commit-off",
                "synchronous_commit",
                "off",
                "An append that has been acknowledged can be lost in a crash of the server");
        unsafe("fsync-off", "fsync", "off", "A crash of the machine can lose or corrupt the database");
        unsafe(
                "full-page-writes-off",
                "full_page_writes",
                "off",
                "A crash of the machine can leave half-written pages behind");
        unsafe(
                "zero-damaged-pages",
                "zero_damaged_pages",
                "on",
                "Events on a damaged page disappear without an error, and are passed over as if they had been rolled back");
    }

    private void unsafe(String code, String setting, String value, String consequence) {
        if (facts.is("setting", setting, value)) {
            add(
                    code,
                    WARN,
                    "%s is %s".formatted(setting, value),
                    consequence,
                    "Set %s to %s".formatted(setting, value.equals("off") ? "on" : "off"));
        }
    }

    private void timeouts() {
        SHORTEST.forEach((setting, shortest) -> {
            Double milliseconds = milliseconds(facts.value("setting", setting));
            if (milliseconds != null && milliseconds > 0 && milliseconds < shortest) {
                add(
                        "timeout-too-short",
                        WARN,
                        "%s is %s".formatted(setting, facts.value("setting", setting)),
                        "Appends and batches end with an error in ordinary use",
                        "Set it to %d ms or more, or to 0".formatted(shortest));
            }
        });
    }

    private static @Nullable Double milliseconds(@Nullable String value) {
        Matcher time = TIME.matcher(value == null ? "" : value);
        if (!time.matches()) {
            return null;
        }
        Double unit = UNITS.get(time.group(2) == null ? "ms" : time.group(2));
        return unit == null ? null : Long.parseLong(time.group(1)) * unit;
    }

    private static String shortened(String version) {
        return version.length() <= 120 ? version : version.substring(0, 120) + "…";
    }

    private void add(String code, Severity severity, String evidence, String consequence, String remedy) {
        findings.add(new Finding(code, severity, evidence, consequence, remedy));
    }
}
