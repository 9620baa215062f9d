package io.eventsource.proof;

/**
 * Why values of a class may not come back from JSON as they were.
 *
 * @param type the class that was to be proven: an event, or a state that has snapshots
 * @param component where in it, such as {@code lines[].price}; empty for the class itself
 * @param reason what is wrong
 * @param remedy what to do
 */
public record TypeFinding(Class<?> type, String component, String reason, String remedy) {

    /** As a sentence with class, component, reason and remedy. */
    @Override
    public String toString() {
        String place = component.isEmpty() ? type.getName() : type.getName() + ", " + component;
        return "%s: %s. %s.".formatted(place, reason, remedy);
    }
}
