package io.eventsource.benchmarks;

import java.util.List;

/**
 * From the commit of an event to its handler on an idle system.
 *
 * @param name the row's name
 * @param otherJvm whether somebody else appends than who reads
 */
record LatencyRow(String name, boolean otherJvm) implements Row {

    @Override
    public String description() {
        return "from commit to handler on an idle system, appended in %s JVM"
                .formatted(otherJvm ? "another" : "the same");
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int fill = contenders.settings().fill();
        return List.of(entrant(contenders.eventsourceSubscriber(), fill), entrant(contenders.axonSubscriber(), fill));
    }

    private Entrant entrant(Subscriber subscriber, int fill) {
        LatencyTrial trial = new LatencyTrial(subscriber, fill);
        return new Entrant(subscriber.name(), otherJvm ? trial::appendingElsewhere : trial::appendingHere);
    }
}
