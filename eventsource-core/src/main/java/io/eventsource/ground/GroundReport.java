package io.eventsource.ground;

import io.eventsource.EventSourceException;
import io.eventsource.ground.GroundReport.Finding;
import io.eventsource.ground.GroundReport.Severity;
import java.io.Serial;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What was found, the worst first.
 *
 * @param findings the findings, empty when everything is as assumed
 */
public record GroundReport(List<Finding> findings) {

    static final String POOLER = "pooler";

    static final String NO_TABLES = "schema-missing";
    static final String UNKNOWN = "ground-unknown";

    /** A report without findings. */
    public static final GroundReport CLEAN = new GroundReport(List.of());

    /** Sorts the findings. */
    public GroundReport {
        findings = findings.stream()
                .sorted(Comparator.comparing(Finding::severity))
                .toList();
    }

    /**
     * The findings of one severity.
     *
     * @param severity which
     * @return the findings
     */
    public List<Finding> of(Severity severity) {
        return findings.stream().filter(each -> each.severity() == severity).toList();
    }

    /**
     * Whether the connection leads to a pooler, and not straight to the server.
     *
     * @return whether a finding says so
     */
    public boolean behindPooler() {
        return findings.stream().anyMatch(each -> each.code().equals(POOLER));
    }

    /**
     * Whether nobody has made the tables.
     *
     * @return whether a finding says so
     */
    public boolean withoutTables() {
        return findings.stream().anyMatch(each -> each.code().equals(NO_TABLES));
    }

    /**
     * The findings of this report and another.
     *
     * @param other the other report
     * @return both
     */
    public GroundReport and(GroundReport other) {
        List<Finding> all = new ArrayList<>(findings);
        all.addAll(other.findings);
        return new GroundReport(all);
    }

    /**
     * The same report for somebody who has taken some risks on by name: what would be refused is a warning.
     *
     * @param codes the codes of the findings that are accepted
     * @return the report
     */
    public GroundReport accepting(Collection<String> codes) {
        return new GroundReport(findings.stream()
                .map(each -> each.severity() == Severity.REFUSE && codes.contains(each.code())
                        ? new Finding(each.code(), Severity.WARN, each.evidence(), each.consequence(), each.remedy())
                        : each)
                .toList());
    }

    /**
     * Refuses to go on when a finding says so.
     *
     * @throws GroundException with all findings of {@link Severity#REFUSE}
     */
    public void requireSuitable() {
        List<Finding> refused = of(Severity.REFUSE);
        if (!refused.isEmpty()) {
            throw new GroundException(refused);
        }
    }

    /**
     * Something that the guarantees assume and that is not so. Holds names, settings and positions, never payloads or secrets.
     *
     * @param code names the kind, in kebab case; stable, for operators' tools and {@code docs/operations.md}
     * @param severity how bad it is
     * @param evidence what was seen
     * @param consequence what it costs
     * @param remedy what to do
     */
    public record Finding(String code, Severity severity, String evidence, String consequence, String remedy) {

        /**
         * The finding as one line.
         *
         * @return code, evidence, consequence and remedy
         */
        public String describe() {
            return "%s: %s. %s. %s".formatted(code, evidence, consequence, remedy);
        }
    }

    /** How bad a finding is, the worst first. */
    public enum Severity {
        /** Order or events would be lost silently: the application does not start, and a running one is DOWN. */
        REFUSE,
        /** Nothing can be appended until it ends or is mended: the application starts and is DOWN meanwhile. */
        DOWN,
        /** A guarantee is weaker than documented, or a right is missing or too wide: logged, and a detail of health. */
        WARN,
        /** Worth knowing: logged once. */
        INFO
    }

    /** The database would lose events or their order silently. Nothing has been started. */
    public static final class GroundException extends EventSourceException {

        @Serial
        private static final long serialVersionUID = 1L;

        private final transient List<Finding> findings;

        GroundException(List<Finding> findings) {
            super("The event store cannot run on this database. %s"
                    .formatted(findings.stream().map(Finding::describe).collect(Collectors.joining(" "))));
            this.findings = List.copyOf(findings);
        }

        /**
         * What was found.
         *
         * @return at least one finding, each of {@link Severity#REFUSE}; empty after deserialization
         */
        public List<Finding> findings() {
            return findings == null ? List.of() : findings;
        }
    }
}
