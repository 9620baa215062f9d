package io.eventsource.autoconfigure.health;

import io.eventsource.log.LogHead;
import io.eventsource.log.LogHeadStatus;
import io.eventsource.log.LogHeadStatus.LogWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;

/** Names who holds the head of the log, when it has waited for longer than a commit takes. */
final class GapHealth {

    private static final Duration LASTING = Duration.ofSeconds(1);
    private static final int MAX_TRANSACTIONS = 10;

    private final LogHead logHead;
    private final AnswerInTime<List<LogWriter>> writers;
    private final Duration stallThreshold;

    GapHealth(LogHead logHead, AnswerInTime<List<LogWriter>> writers, Duration stallThreshold) {
        this.logHead = logHead;
        this.writers = writers;
        this.stallThreshold = stallThreshold;
    }

    /** Adds the details and says whether the gap is older than the threshold. */
    boolean stalled(Health.Builder health) throws Exception {
        LogHeadStatus head = logHead.status();
        Duration age = logHead.gapAge().orElse(Duration.ZERO);
        if (age.compareTo(LASTING) < 0) {
            return false;
        }
        List<LogWriter> holders = writers.get();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("behind", head.position());
        details.put("since", String.valueOf(head.gapSince()));
        details.put("age", age.toString());
        details.put(
                "transactions",
                holders.stream()
                        .limit(MAX_TRANSACTIONS)
                        .map(GapHealth::describe)
                        .toList());
        if (holders.size() > MAX_TRANSACTIONS) {
            details.put("furtherTransactions", holders.size() - MAX_TRANSACTIONS);
        }
        health.withDetail("gap", details);
        return age.compareTo(stallThreshold) >= 0;
    }

    private static Map<String, @Nullable Object> describe(LogWriter writer) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        details.put("pid", writer.pid());
        details.put("user", writer.user());
        details.put("application", writer.application());
        details.put("state", writer.state());
        details.put("age", writer.age() == null ? null : writer.age().toString());
        details.put("gid", writer.preparedGid());
        details.values().removeIf(Objects::isNull);
        return details;
    }
}
