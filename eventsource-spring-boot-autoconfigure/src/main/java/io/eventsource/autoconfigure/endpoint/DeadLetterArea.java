package io.eventsource.autoconfigure.endpoint;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.failure.FailureText;
import io.eventsource.subscription.SubscriptionManager;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The dead-letter queue: pages of it, one entry, replay, retry, resolve, discard. */
final class DeadLetterArea implements EndpointArea {

    private static final List<String> ACTIONS = List.of("replay", "retry", "resolve", "discard");

    private final DeadLetterRepository repository;
    private final @Nullable DeadLetterReplay replay;
    private final @Nullable SubscriptionManager manager;
    private final boolean showPayloads;

    DeadLetterArea(
            DeadLetterRepository repository,
            @Nullable DeadLetterReplay replay,
            @Nullable SubscriptionManager manager,
            boolean showPayloads) {
        this.repository = repository;
        this.replay = replay;
        this.manager = manager;
        this.showPayloads = showPayloads;
    }

    @Override
    public String name() {
        return "dead-letters";
    }

    @Override
    public Object list(EndpointPage page) {
        DeadLetterRepository.Statistics statistics = repository.statistics();
        List<DeadLetter> letters = repository.list(filter(page, statistics), page.after(), page.size());
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("open", statistics.depth());
        answer.put("failed", statistics.totalFailed());
        answer.put("waiting", statistics.totalWaiting());
        answer.put("retrying", statistics.totalRetrying());
        answer.put("entries", letters.stream().map(this::summary).toList());
        answer.put(
                "next",
                letters.size() < page.size()
                        ? null
                        : letters.get(letters.size() - 1).id());
        return answer;
    }

    private DeadLetterRepository.Filter filter(EndpointPage page, DeadLetterRepository.Statistics statistics) {
        DeadLetterRepository.Filter filter = page.status() == null
                ? DeadLetterRepository.Filter.OPEN
                : DeadLetterRepository.Filter.ALL.withStatuses(statuses(page.status()));
        return page.projection() == null ? filter : filter.withProjection(known(page.projection(), statistics));
    }

    private static DeadLetter.Status[] statuses(String name) {
        return Arrays.stream(name.split(",")).map(DeadLetterArea::status).toArray(DeadLetter.Status[]::new);
    }

    private static DeadLetter.Status status(String name) {
        return Arrays.stream(DeadLetter.Status.values())
                .filter(each -> each.name().equalsIgnoreCase(name.strip()))
                .findFirst()
                .orElseThrow(() -> EndpointProblem.badRequest("There is no status '%s', only %s"
                        .formatted(
                                name,
                                Arrays.toString(DeadLetter.Status.values()).toLowerCase(Locale.ROOT))));
    }

    private String known(String projection, DeadLetterRepository.Statistics statistics) {
        Set<String> names = new TreeSet<>(statistics.byProjection().keySet());
        if (manager != null) {
            names.addAll(manager.names());
        }
        if (!names.contains(projection)) {
            throw EndpointProblem.unknown("projection", projection, names);
        }
        return projection;
    }

    @Override
    public Object find(String id, EndpointPage page) {
        return describe(letter(id));
    }

    private DeadLetter letter(String id) {
        return repository
                .find(key(id))
                .orElseThrow(() -> EndpointProblem.notFound("There is no dead letter %s".formatted(id)));
    }

    private static long key(String id) {
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException none) {
            throw EndpointProblem.notFound("There is no dead letter '%s': ids are numbers".formatted(id));
        }
    }

    private Map<String, @Nullable Object> summary(DeadLetter letter) {
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("id", letter.id());
        view.put("projection", letter.projection());
        view.put("status", letter.status().name().toLowerCase(Locale.ROOT));
        view.put("eventId", letter.event().eventId());
        view.put("eventType", letter.event().eventType());
        view.put("aggregateType", letter.event().aggregateType());
        view.put("aggregateId", letter.event().aggregateId());
        view.put("version", letter.event().version());
        view.put("position", letter.event().position());
        view.put("error", letter.failure() == null ? null : letter.failure().errorType());
        view.put("category", letter.failure() == null ? null : letter.failure().category());
        view.put("retryCount", letter.attempts().retries());
        view.put("replayCount", letter.attempts().replays());
        view.put("firstFailedAt", letter.attempts().firstFailedAt());
        view.put("lastFailedAt", letter.attempts().lastFailedAt());
        view.put("nextAttemptAt", letter.attempts().nextAt());
        return view;
    }

    private Map<String, @Nullable Object> describe(DeadLetter letter) {
        Map<String, @Nullable Object> view = summary(letter);
        if (letter.resolution() != null) {
            view.put("resolvedAt", letter.resolution().at());
            view.put("resolvedBy", letter.resolution().by());
            view.put("note", letter.resolution().note());
        }
        if (showPayloads) {
            view.put("payload", letter.event().payload());
            view.put("headers", letter.event().metadata().headers());
            view.put(
                    "errorMessage",
                    letter.failure() == null ? null : letter.failure().errorMessage());
            view.put(
                    "stackTrace",
                    letter.failure() == null ? null : letter.failure().stackTrace());
        }
        return view;
    }

    @Override
    public Object act(@Nullable String id, String action, EndpointOrder order) {
        if (id == null) {
            return actOnAll(action, order);
        }
        long key = letter(id).id();
        boolean done =
                switch (action) {
                    case "retry" -> repository.markRetrying(key);
                    case "resolve" -> repository.resolve(key, order.requireOperator(), order.requireReason());
                    case "discard" -> repository.discard(key, order.requireOperator(), order.requireReason());
                    case "replay" -> true;
                    default -> throw EndpointProblem.unknown("action", action, ACTIONS);
                };
        if (!done) {
            throw EndpointProblem.conflict("The dead letter %s is %s, so that there is nothing to %s"
                    .formatted(id, letter(id).status().name().toLowerCase(Locale.ROOT), action));
        }
        return "replay".equals(action) ? result(replay().replay(key)) : describe(letter(id));
    }

    private Object actOnAll(String action, EndpointOrder order) {
        if (!"replay".equals(action)) {
            throw EndpointProblem.unknown("action on all dead letters", action, List.of("replay"));
        }
        EndpointPage page = EndpointPage.of(order);
        return result(replay().replay(filter(page, repository.statistics()), page.size()));
    }

    private DeadLetterReplay replay() {
        if (replay == null) {
            throw EndpointProblem.conflict("This instance drives no projections. Ask one that does.");
        }
        return replay;
    }

    private static Map<String, @Nullable Object> result(DeadLetterReplay.Result result) {
        Throwable stoppedBy = result.stoppedBy();
        Map<String, @Nullable Object> view = new LinkedHashMap<>();
        view.put("resolved", result.resolved());
        view.put("failed", result.failed());
        view.put("skipped", result.skipped());
        view.put("ofOtherProjections", result.unknownProjections());
        view.put("limitReached", result.limitReached());
        view.put("stoppedBy", stoppedBy == null ? null : FailureText.of(stoppedBy));
        return view;
    }
}
