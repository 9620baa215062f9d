package io.eventsource.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Several JVMs share the segments of one subscription that starts at the beginning of a long log. */
record CatchUpInstancesRow(String name, int segments, int most) implements Row {

    private static final Metric SPEED = new Metric("catch-up", "events/s");
    private static final Duration LOOK = Duration.ofMillis(20);

    private static final String DONE =
            """
            SELECT coalesce(sum(events_processed), 0) FROM eventsource.projection_checkpoints""";

    @Override
    public String description() {
        return "one subscription of %d segments reads a long log from its beginning in 1 to %d JVMs"
                .formatted(segments, most);
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = contenders.settings().loaded();
        EventsourceSubscriber subscriber = contenders.eventsourceSubscriber();
        subscriber.reset(events);
        return IntStream.rangeClosed(1, most)
                .map(i -> most + 1 - i)
                .mapToObj(count -> new Entrant(
                        count == 1 ? "1 instance" : count + " instances", time -> measure(subscriber, count, events)))
                .toList();
    }

    private Map<Metric, Double> measure(EventsourceSubscriber subscriber, int count, int events) throws Exception {
        subscriber.forget();
        List<OtherJvm> instances = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                instances.add(OtherJvm.following(subscriber, segments));
            }
            for (OtherJvm each : instances) {
                each.awaitReady();
            }
            long start = System.nanoTime();
            for (OtherJvm each : instances) {
                each.go();
            }
            awaitHandled(subscriber, events);
            return Map.of(SPEED, events * 1e9 / (System.nanoTime() - start));
        } finally {
            for (OtherJvm each : instances) {
                each.end();
            }
        }
    }

    private static void awaitHandled(EventsourceSubscriber subscriber, int events)
            throws InterruptedException, IOException {
        while (true) {
            Long done = subscriber.database().jdbc().queryForObject(DONE, Long.class);
            if (done != null && done >= events) {
                if (done > events) {
                    throw new IOException("%d events were handled, but there are %d".formatted(done, events));
                }
                return;
            }
            Thread.sleep(LOOK.toMillis());
        }
    }
}
