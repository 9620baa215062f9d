package io.eventsource.autoconfigure.endpoint;

import io.eventsource.log.HighWaterMark;
import io.eventsource.log.HighWaterMark.LogWriter;
import io.eventsource.log.StalledWriters;
import io.eventsource.log.StalledWriters.TerminatedTransaction;
import io.eventsource.subscription.SubscriptionStatuses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The high-water mark, who holds it, and terminating a transaction that does. */
final class LogArea implements EndpointArea {

    private static final String TERMINATE = "terminate";

    private final HighWaterMark highWaterMark;
    private final StalledWriters stalled;
    private final @Nullable SubscriptionStatuses manager;

    LogArea(HighWaterMark highWaterMark, StalledWriters stalled, @Nullable SubscriptionStatuses manager) {
        this.highWaterMark = highWaterMark;
        this.stalled = stalled;
        this.manager = manager;
    }

    @Override
    public String name() {
        return "log";
    }

    @Override
    public Object list(EndpointPage page) {
        HighWaterMark.Status mark = highWaterMark.status();
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("highWaterMark", mark.position());
        answer.put("visibleEnd", highWaterMark.visibleEnd());
        answer.put("readAt", manager == null ? null : manager.instance().tail().readAt());
        answer.put("gapSince", mark.gapSince());
        answer.put("regressions", mark.regressions());
        answer.put("incarnation", mark.incarnation());
        answer.put(
                "writers", highWaterMark.writers().stream().map(LogArea::writer).toList());
        return answer;
    }

    private static Map<String, @Nullable Object> writer(LogWriter writer) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("id", id(writer));
        view.put("virtualTransaction", writer.virtualTransaction());
        view.put("pid", writer.pid());
        view.put("user", writer.user());
        view.put("application", writer.application());
        view.put("state", writer.state());
        view.put("startedAt", writer.startedAt());
        view.put("gid", writer.preparedGid());
        return view;
    }

    /** Names exactly this transaction in a path: its session may have begun another one meanwhile. */
    private static String id(LogWriter writer) {
        return writer.virtualTransaction().replace('/', '-');
    }

    @Override
    public Object find(String id, EndpointPage page) {
        return writer(open(id));
    }

    private LogWriter open(String id) {
        List<LogWriter> open = stalled.list();
        return open.stream()
                .filter(each -> id(each).equals(id))
                .findFirst()
                .orElseThrow(() -> EndpointProblem.unknown(
                        "open transaction of the log with the id",
                        id,
                        open.stream().map(LogArea::id).toList()));
    }

    @Override
    public Object act(@Nullable String id, String action, EndpointOrder order) {
        if (id == null || !TERMINATE.equals(action)) {
            throw EndpointProblem.unknown("action on the log", action, List.of("<id of a transaction>/" + TERMINATE));
        }
        TerminatedTransaction done = stalled.end(open(id), order.requireOperator(), order.requireReason());
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("record", done.id());
        view.put("outcome", done.outcome().name().toLowerCase(Locale.ROOT));
        view.put("operator", done.operator());
        view.put("reason", done.reason());
        view.put("transaction", writer(done.writer()));
        return view;
    }
}
