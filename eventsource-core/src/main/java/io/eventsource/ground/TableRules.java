package io.eventsource.ground;

import static io.eventsource.ground.GroundReport.Severity.DOWN;
import static io.eventsource.ground.GroundReport.Severity.REFUSE;
import static io.eventsource.ground.GroundReport.Severity.WARN;

import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import io.eventsource.schema.EventSourceSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What is wrong with the tables, and with what stands on them: indexes, triggers, rules, functions. */
final class TableRules {

    private static final String IMMUTABILITY = "refuse_change_of_history";

    /** BEFORE, DELETE, UPDATE and TRUNCATE in {@code pg_trigger.tgtype}, and no row trigger. */
    private static final int BEFORE_ANY_CHANGE = 2 | 8 | 16 | 32;

    private static final int ROW_BEFORE_INSERT = 1 | 2 | 4;
    private static final int INSTEAD_OF_KINDS = 64;
    private static final List<String> TRUTH = List.of("events", "event_streams");

    private final Facts facts;
    private final EventSourceSchema schema;
    private final List<Finding> findings = new ArrayList<>();

    private TableRules(Facts facts, EventSourceSchema schema) {
        this.facts = facts;
        this.schema = schema;
    }

    static List<Finding> judge(Facts facts, EventSourceSchema schema) {
        TableRules rules = new TableRules(facts, schema);
        rules.missing();
        if (!facts.all("table").isEmpty()) {
            rules.kinds();
            rules.columns();
            rules.indexes();
            rules.immutability();
            rules.foreignTriggers();
            rules.functions();
        }
        return rules.findings;
    }

    private void missing() {
        List<String> missing = Expected.TABLES.stream()
                .filter(each -> !facts.all("table").containsKey(each))
                .toList();
        if (!missing.isEmpty()) {
            boolean all = facts.all("table").isEmpty();
            add(
                    all ? GroundReport.NO_TABLES : "tables-missing",
                    DOWN,
                    all
                            ? "The schema '%s' has none of the tables of the event store".formatted(schema.name())
                            : "The schema '%s' has no %s".formatted(schema.name(), String.join(", ", missing)),
                    "What needs them fails",
                    "Set eventsource.migration.enabled=true, or have an administrator run db/eventsource-schema.sql; check eventsource.schema");
        }
    }

    private void kinds() {
        facts.all("table").forEach((table, value) -> {
            String kind = String.valueOf(value);
            String what = what(kind.charAt(0));
            if (what != null) {
                refuse("not-a-plain-table", table, "is " + what);
            } else if (kind.endsWith("t")) {
                refuse("not-a-plain-table", table, "is a temporary table");
            } else if (kind.endsWith("u") && !table.equals(Expected.INCARNATION)) {
                add(
                        "unlogged-table",
                        REFUSE,
                        "%s.%s is UNLOGGED".formatted(schema.name(), table),
                        "PostgreSQL empties it after a crash, and standbys have none of it",
                        "ALTER TABLE %s.%s SET LOGGED".formatted(schema.name(), table));
            } else if (!kind.endsWith("u") && table.equals(Expected.INCARNATION)) {
                add(
                        "incarnation-logged",
                        WARN,
                        "%s.%s is not UNLOGGED".formatted(schema.name(), table),
                        "Commits that a crash has lost are not noticed",
                        "ALTER TABLE %s.%s SET UNLOGGED".formatted(schema.name(), table));
            }
            if (facts.is("rules", table, "true") && what == null) {
                refuse("rewrite-rules", table, "has rewrite rules, which may send rows elsewhere");
            }
            if (facts.is("hidden", table, "true")) {
                refuse(
                        "rows-hidden",
                        table,
                        "may hide rows from this user by row-level security: no permissive policy USING (true) for SELECT or ALL applies to it, or there is a restrictive policy");
            }
            if (facts.value("children", table) != null) {
                refuse("inheritance", table, "has child tables, or is one");
            }
        });
        String distributed = facts.value("distributed", "tables");
        if (distributed != null && !distributed.isEmpty()) {
            add(
                    "distributed-table",
                    REFUSE,
                    "Citus manages " + distributed,
                    "Rows, locks and sequences are on several nodes: subscriptions would pass over events that commit late",
                    "Undistribute them (undistribute_table), or use a schema that Citus does not distribute");
        }
    }

    private static @Nullable String what(char relkind) {
        return switch (relkind) {
            case 'r' -> null;
            case 'f' -> "a foreign table";
            case 'v' -> "a view";
            case 'm' -> "a materialized view";
            case 'p' -> "a partitioned table";
            default -> "no table (relkind %s)".formatted(relkind);
        };
    }

    private void refuse(String code, String table, String evidence) {
        add(
                code,
                REFUSE,
                "%s.%s %s".formatted(schema.name(), table, evidence),
                "Locks, order or visibility of its rows are not what the order of events rests on",
                "Restore the table as the migrations make it (db/eventsource-schema.sql)");
    }

    private void columns() {
        Expected.COLUMNS.forEach((column, expected) -> {
            String found = facts.value("column", column);
            boolean tableThere = facts.all("table").containsKey(column.substring(0, column.indexOf('.')));
            if (tableThere && (expected + " not null").equals(found)) {
                add(
                        "column",
                        WARN,
                        "%s.%s is NOT NULL".formatted(schema.name(), column),
                        "Whatever leaves it empty fails; the rest works",
                        "Make sure that it always has a value, or as the owner: ALTER TABLE %s.%s ALTER COLUMN %s DROP NOT NULL"
                                .formatted(
                                        schema.name(),
                                        column.substring(0, column.indexOf('.')),
                                        column.substring(column.indexOf('.') + 1)));
            } else if (tableThere && !expected.equals(found)) {
                boolean position = column.equals("events.position") && found != null;
                add(
                        "column",
                        position ? REFUSE : DOWN,
                        "%s.%s is %s and should be '%s'"
                                .formatted(
                                        schema.name(), column, found == null ? "missing" : "'" + found + "'", expected),
                        position
                                ? "Positions may be named by whoever inserts, or not be drawn from the log's sequence"
                                : "What names it fails, or stores what cannot be read",
                        "Restore the column as the migrations make it (db/eventsource-schema.sql)");
            }
        });
    }

    private void indexes() {
        for (String index : Expected.UNIQUE) {
            String table = index.substring(0, index.indexOf('('));
            String usable = facts.value("unique", index);
            if (facts.all("table").containsKey(table) && !"true".equals(usable)) {
                add(
                        "unique-index",
                        TRUTH.contains(table) ? REFUSE : DOWN,
                        "%s.%s has %s unique index"
                                .formatted(
                                        schema.name(), index, usable == null ? "no" : "only an invalid or deferrable"),
                        "Two writers could both win, and rows be stored twice",
                        "REINDEX it, or remove the duplicates and restore the constraint (db/eventsource-schema.sql)");
            }
        }
    }

    private void immutability() {
        Map<String, @Nullable String> triggers = facts.all("trigger");
        boolean there = triggers.entrySet().stream()
                .filter(each -> each.getKey().startsWith("events."))
                .map(each -> parts(each.getValue()))
                .anyMatch(parts -> parts[2].equals(IMMUTABILITY)
                        && Integer.parseInt(parts[1]) == BEFORE_ANY_CHANGE
                        && parts[3].equals("false")
                        && (parts[0].equals("O") || parts[0].equals("A")));
        if (!there && facts.all("table").containsKey("events")) {
            add(
                    "history-trigger",
                    REFUSE,
                    "The trigger events_refuse_change on %s.events is missing, disabled or another one"
                            .formatted(schema.name()),
                    "Events can be changed and removed",
                    "As the owner: ALTER TABLE %1$s.events ENABLE TRIGGER events_refuse_change; where it is missing: CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON %1$s.events FOR EACH STATEMENT EXECUTE FUNCTION %1$s.refuse_change_of_history()"
                            .formatted(schema.name()));
        }
    }

    private static String[] parts(@Nullable String trigger) {
        return String.valueOf(trigger).split(" ");
    }

    private void foreignTriggers() {
        facts.all("trigger").forEach((trigger, value) -> {
            String[] parts = parts(value);
            int type = Integer.parseInt(parts[1]);
            boolean own = Expected.FUNCTIONS.contains(parts[2]);
            if (TRUTH.stream().anyMatch(table -> trigger.startsWith(table + "."))
                    && !own
                    && !parts[0].equals("D")
                    && (type & INSTEAD_OF_KINDS) == 0
                    && (type & ROW_BEFORE_INSERT) == ROW_BEFORE_INSERT) {
                add(
                        "foreign-trigger",
                        WARN,
                        "The trigger %s calls %s before a row is inserted".formatted(trigger, parts[2]),
                        "It can change events, or drop them although the append succeeds",
                        "Remove it; do what it does in a projection, or in a trigger AFTER INSERT");
            }
        });
    }

    private void functions() {
        TreeSet<String> missing = new TreeSet<>(Expected.FUNCTIONS);
        missing.removeAll(facts.all("function").keySet());
        if (!missing.isEmpty() && facts.all("table").containsKey("events")) {
            add(
                    "functions-missing",
                    DOWN,
                    "The schema '%s' has no %s".formatted(schema.name(), String.join(", ", missing)),
                    "What calls them fails",
                    "Restore them from db/eventsource-schema.sql");
        }
        for (String function : Expected.FUNCTIONS) {
            String owner = facts.value("function", function);
            if (owner != null && !owner.equals("of the owner")) {
                add(
                        "function-replaced",
                        WARN,
                        "The function %s.%s belongs to %s, and not to the owner of the tables"
                                .formatted(schema.name(), function, owner),
                        "Somebody else decides what an append does",
                        "Compare it with db/eventsource-schema.sql, and ALTER FUNCTION … OWNER TO the owner of the tables");
            }
        }
    }

    private void add(String code, Severity severity, String evidence, String consequence, String remedy) {
        findings.add(new Finding(code, severity, evidence, consequence, remedy));
    }
}
