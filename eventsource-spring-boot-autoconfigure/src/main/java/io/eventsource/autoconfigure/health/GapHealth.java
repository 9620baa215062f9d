package io.eventsource.autoconfigure.health;

import io.eventsource.failure.FailureText;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;

/** Names who holds the high-water mark, when it has waited for longer than a commit takes. */
final class GapHealth {

    private static final Duration LASTING = Duration.ofSeconds(1);
    private static final int MAX_TRANSACTIONS = 10;

    private final HighWaterMark highWaterMark;
    private final AnswerInTime<List<LogWriter>> writers;
    private final Duration stallThreshold;
    private final Ticker ticker;
    private @Nullable Asked last;

    GapHealth(
            HighWaterMark highWaterMark,
            AnswerInTime<List<LogWriter>> writers,
            Duration stallThreshold,
            Ticker ticker) {
        this.highWaterMark = highWaterMark;
        this.writers = writers;
        this.stallThreshold = stallThreshold;
        this.ticker = ticker;
    }

    /** What was answered last: one look at health asks for every subscription. */
    private record Asked(long at, List<LogWriter> holders) {}

    private synchronized List<LogWriter> holders() throws Exception {
        Asked asked = last;
        if (asked == null || ticker.since(asked.at()).compareTo(LASTING) >= 0) {
            asked = new Asked(ticker.nanos(), writers.get());
            last = asked;
        }
        return asked.holders();
    }

    /** Whether a gap has held the mark for so long that somebody should know. */
    boolean stalled() {
        return age().compareTo(stallThreshold) >= 0;
    }

    /** The high-water mark, up to which events can be handled. */
    long highWaterMark() {
        return highWaterMark.status().position();
    }

    private Duration age() {
        return highWaterMark.gapAge().orElse(Duration.ZERO);
    }

    /** Who holds the mark, by process and application and without what they run; why nobody knows, where nobody does. */
    String holder() {
        try {
            return holders().stream().findFirst().map(GapHealth::name).orElse("it has just ended");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "interrupted while asking which";
        } catch (Exception failure) {
            return "the database does not say which: " + FailureText.of(failure);
        }
    }

    private static String name(LogWriter writer) {
        String who = writer.pid() == null ? "prepared as '%s'".formatted(writer.preparedGid()) : "pid " + writer.pid();
        return writer.application() == null || writer.application().isEmpty()
                ? who
                : "%s, application '%s'".formatted(who, writer.application());
    }

    /** Adds the details and says whether the gap is older than the threshold. */
    boolean stalled(Health.Builder health) throws Exception {
        HighWaterMark.Status mark = highWaterMark.status();
        Duration age = age();
        if (age.compareTo(LASTING) < 0) {
            return false;
        }
        List<LogWriter> holders = holders();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("behind", mark.position());
        details.put("since", String.valueOf(mark.gapSince()));
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
