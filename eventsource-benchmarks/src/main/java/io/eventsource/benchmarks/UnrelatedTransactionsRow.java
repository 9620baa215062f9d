package io.eventsource.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** From the commit of an event to its handler while transactions are open that have nothing to do with the log. */
record UnrelatedTransactionsRow(String name) implements Row {

    private static final Duration OPEN = Duration.ofSeconds(3);
    private static final int TRANSACTIONS = 2;

    @Override
    public String description() {
        return "from commit to handler while transactions on another table and in another database are open for %d s"
                .formatted(OPEN.toSeconds());
    }

    @Override
    public List<Entrant> entrants(Contenders contenders) {
        EventsourceSubscriber subscriber = contenders.eventsourceSubscriber();
        LatencyTrial trial = new LatencyTrial(subscriber, contenders.settings().fill());
        return List.of(
                new Entrant("unrelated transactions open", time -> measure(trial, contenders.elsewhere(), time)),
                new Entrant("no transaction open", time -> trial.appendingHere(time.multipliedBy(TRANSACTIONS))));
    }

    private static Map<Metric, Double> measure(LatencyTrial trial, Database elsewhere, Duration time) throws Exception {
        Duration each = time.compareTo(OPEN) < 0 ? time : OPEN;
        OpenTransactions transactions =
                OpenTransactions.begin(each, trial.subscriber().database(), elsewhere);
        try {
            return trial.appendingHere(time.multipliedBy(TRANSACTIONS));
        } finally {
            transactions.end();
        }
    }
}
