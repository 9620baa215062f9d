package io.eventsource.ground;

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
