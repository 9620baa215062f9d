package io.eventsource.ground;

import static io.eventsource.ground.GroundReport.Severity.REFUSE;
import static io.eventsource.ground.GroundReport.Severity.WARN;

import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import io.eventsource.schema.EventSourceSchema;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with the sequence that positions come from. */
final class SequenceRules {

    private static final long FEW = 1_000_000_000L;

    private final Facts facts;
    private final EventSourceSchema schema;
    private final List<Finding> findings = new ArrayList<>();

    private SequenceRules(Facts facts, EventSourceSchema schema) {
        this.facts = facts;
        this.schema = schema;
    }

    static List<Finding> judge(Facts facts, EventSourceSchema schema) {
        SequenceRules rules = new SequenceRules(facts, schema);
        if (facts.all("table").containsKey("events")) {
            if (facts.value("sequence", "name") == null) {
                rules.add(
                        "sequence-not-owned",
                        REFUSE,
                        "No sequence belongs to %s.events.position".formatted(schema.name()),
                        "Positions come from somewhere else, or from nowhere",
                        "ALTER TABLE %s.events ALTER COLUMN position ADD GENERATED ALWAYS AS IDENTITY (CACHE 1), and setval it to max(position)"
                                .formatted(schema.name()));
            } else {
                rules.options();
                rules.place();
            }
        }
        return rules.findings;
    }

    private void options() {
        option(
                "sequence-cached",
                "cache",
                "1",
                "Each session hands out numbers of its own: a later event gets a lower position, and subscriptions never see it",
                "CACHE 1");
        option(
                "sequence-increment",
                "increment",
                "1",
                "Positions do not rise one by one, so that every event is a gap or a step backwards",
                "INCREMENT BY 1");
        option("sequence-cycles", "cycle", "false", "At its end it begins again below the high-water mark", "NO CYCLE");
    }

    private void option(String code, String option, String expected, String consequence, String remedy) {
        String found = facts.value("sequence", option);
        if (!expected.equals(found)) {
            add(
                    code,
                    REFUSE,
                    "%s of the sequence %s is %s".formatted(option, name(), found),
                    consequence,
                    "ALTER SEQUENCE %s %s".formatted(name(), remedy));
        }
    }

    private void place() {
        Long last = facts.number("sequence", "last");
        if (last == null) {
            unreadable();
            return;
        }
        Long highest = facts.number("log", "highest");
        Long mark = facts.number("log", "highWaterMark");
        if (highest != null && last < highest) {
            add(
                    "sequence-behind",
                    REFUSE,
                    "The sequence %s is at %d, and the log has an event at position %d"
                            .formatted(name(), last, highest),
                    "Appends are acknowledged at positions that subscriptions have passed, or fail because the position is used",
                    "As the owner: SELECT * FROM %s.repair_positions(false) lists the events that were missed, and repair_positions(true) gives them new positions (docs/operations.md)"
                            .formatted(schema.name()));
        } else if (mark != null && last < mark) {
            add(
                    "high-water-mark-beyond-sequence",
                    REFUSE,
                    "high_water_mark is at %d, and the sequence %s at %d".formatted(mark, name(), last),
                    "A reader that starts from it passes over the events that come next",
                    "As the owner: SELECT * FROM %s.repair_positions(true) (docs/operations.md), and find out who wrote to high_water_mark"
                            .formatted(schema.name()));
        }
        Long maximum = facts.number("sequence", "maximum");
        if (maximum != null && maximum - last < FEW) {
            add(
                    "sequence-ends",
                    WARN,
                    "The sequence %s is at %d and ends at %d".formatted(name(), last, maximum),
                    "Appends fail when it ends",
                    "ALTER SEQUENCE %s NO MAXVALUE".formatted(name()));
        }
    }

    /** Where it is readable, the server has answered with an error, which is a finding of its own. */
    private void unreadable() {
        if (!facts.is("sequence", "readable", "true")) {
            add(
                    "sequence-unreadable",
                    WARN,
                    "This user may not read the sequence " + name(),
                    "A sequence that was set back is noticed only when an append meets a used position",
                    "GRANT SELECT ON SEQUENCE %s TO %s".formatted(name(), facts.value("role", "name")));
        }
    }

    private String name() {
        return String.valueOf(facts.value("sequence", "name"));
    }

    private void add(String code, Severity severity, String evidence, String consequence, String remedy) {
        findings.add(new Finding(code, severity, evidence, consequence, remedy));
    }
}
