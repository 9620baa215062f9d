package io.eventsource.autoconfigure.endpoint;

import io.eventsource.log.LogHead;
import io.eventsource.log.LogHeadStatus;
import io.eventsource.log.LogHeadStatus.LogWriter;
import io.eventsource.log.StalledWriters;
import io.eventsource.log.StalledWriters.TerminatedTransaction;
import io.eventsource.subscription.SubscriptionStatuses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The log's head, who holds it, and terminating a transaction that does. */
final class LogArea implements EndpointArea {

    private static final String TERMINATE = "terminate";

    private final LogHead logHead;
    private final StalledWriters stalled;
    private final @Nullable SubscriptionStatuses manager;

    LogArea(LogHead logHead, StalledWriters stalled, @Nullable SubscriptionStatuses manager) {
        this.logHead = logHead;
        this.stalled = stalled;
        this.manager = manager;
    }

    @Override
    public String name() {
        return "log";
    }

    @Override
    public Object list(EndpointPage page) {
        LogHeadStatus head = logHead.status();
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("head", head.position());
        answer.put("visibleEnd", logHead.visibleEnd());
        answer.put("readAt", manager == null ? null : manager.instance().head().readAt());
        answer.put("gapSince", head.gapSince());
        answer.put("regressions", head.regressions());
        answer.put("incarnation", head.incarnation());
        answer.put("writers", logHead.writers().stream().map(LogArea::writer).toList());
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
