package io.eventsource.autoconfigure.endpoint;

import io.eventsource.log.LogHead;
import io.eventsource.log.LogHeadStatus;
import io.eventsource.log.LogHeadStatus.LogWriter;
import io.eventsource.subscription.SubscriptionStatuses;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The log's head, and who holds it. */
final class LogArea implements EndpointArea {

    private final LogHead logHead;
    private final @Nullable SubscriptionStatuses manager;

    LogArea(LogHead logHead, @Nullable SubscriptionStatuses manager) {
        this.logHead = logHead;
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
        view.put("virtualTransaction", writer.virtualTransaction());
        view.put("pid", writer.pid());
        view.put("user", writer.user());
        view.put("application", writer.application());
        view.put("state", writer.state());
        view.put("startedAt", writer.startedAt());
        view.put("gid", writer.preparedGid());
        return view;
    }

    @Override
    public Object find(String id, EndpointPage page) {
        throw EndpointProblem.notFound("There are no parts of the log to look at; ask for the log itself");
    }

    @Override
    public Object act(@Nullable String id, String action, EndpointOrder order) {
        throw EndpointProblem.unknown("action on the log", action, List.of());
    }
}
