package io.eventsource.benchmarks.outbox;

import io.eventsource.benchmarks.Contenders;
import io.eventsource.benchmarks.EventsourceLog;
import io.eventsource.benchmarks.Row;
import io.eventsource.benchmarks.Tally;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.OutgoingMessage;
import java.util.List;
import java.util.Map;

/**
 * A backlog is published to a real broker on this machine, beside what the broker's client takes alone, from memory and as fast as it goes.
 *
 * @param name the row's name
 * @param starter starts the broker, for each trial anew
 */
record OutboxBrokerRow(String name, MessageBroker.Starter starter) implements Row {

    private static final Metric SPEED = new Metric("published", "events/s");

    @Override
    public String description() {
        return "a backlog of streams of ten events leaves for a broker, in the order of each stream";
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        int events = contenders.settings().loaded();
        return List.of(
                new Entrant(
                        "eventsource", time -> published(Outboxes.of(contenders).outbox(), events)),
                new Entrant("plain client", time -> sentPlainly(events)));
    }

    /** Counts what the broker has acknowledged. */
    private record Counted(MessageTransport transport, Tally tally) implements MessageTransport {

        @Override
        public List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException {
            List<SendOutcome> outcomes = transport.send(messages);
            tally.add((int) outcomes.stream().filter(SendOutcome::acknowledged).count());
            return outcomes;
        }

        @Override
        public void close() {
            transport.close();
        }
    }

    private Map<Metric, Double> published(EventsourceOutbox outbox, int events) throws Exception {
        outbox.reset(events);
        Tally published = new Tally();
        try (MessageBroker broker = starter.start();
                MessageTransport transport = new Counted(broker.transport(), published)) {
            long start = System.nanoTime();
            long end;
            EventsourceLog log = outbox.publish(transport);
            try {
                published.await(events);
                end = System.nanoTime();
            } finally {
                log.close();
            }
            published.requireExactly(events);
            return Map.of(SPEED, events * 1e9 / (end - start));
        }
    }

    private Map<Metric, Double> sentPlainly(int events) throws Exception {
        try (MessageBroker broker = starter.start()) {
            long start = System.nanoTime();
            broker.sendPlainly(events);
            return Map.of(SPEED, events * 1e9 / (System.nanoTime() - start));
        }
    }
}
