package io.eventsource.autoconfigure.subscription;

import io.eventsource.EventSourceException;
import io.eventsource.autoconfigure.projection.DuplicateProjectionException;
import io.eventsource.autoconfigure.projection.TransactionManagers;
import io.eventsource.autoconfigure.subscription.HandlerContributor.Contribution;
import io.eventsource.outbox.Publisher;
import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.StartPosition;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Brings handlers together with their settings and their transaction managers. */
final class SubscriptionDefinitions {

    private final TransactionManagers transactionManagers;
    private final SubscriptionProperties properties;
    private final List<HandlerContributor> contributors;

    SubscriptionDefinitions(
            TransactionManagers transactionManagers,
            SubscriptionProperties properties,
            List<HandlerContributor> contributors) {
        this.transactionManagers = transactionManagers;
        this.properties = properties;
        this.contributors = contributors;
    }

    /**
     * Makes a definition for each projection, and for what is contributed.
     *
     * @param projections the handlers of projections
     * @param decorate puts around handlers what goes around all
     */
    List<SubscriptionDefinition> of(List<EventHandlers> projections, UnaryOperator<EventHandlers> decorate) {
        List<Contribution> contributed = contributors.stream()
                .flatMap(each -> each.contribute().stream())
                .toList();
        List<EventHandlers> handlers = Stream.concat(
                        projections.stream(), contributed.stream().map(Contribution::handlers))
                .map(decorate)
                .toList();
        requireDistinctNames(handlers);
        requireKnownNames(handlers);
        Map<String, Contribution> byName = contributed.stream()
                .collect(Collectors.toMap(each -> each.handlers().name(), Function.identity()));
        return handlers.stream()
                .map(each -> new SubscriptionDefinition(
                        each,
                        settings(each, byName.get(each.name())),
                        transactionManagers.of(each),
                        properties.starts(each.name())))
                .toList();
    }

    private SubscriptionSettings settings(EventHandlers handlers, @Nullable Contribution contribution) {
        SubscriptionSettings settings = properties.settings(handlers);
        StartPosition start = contribution == null ? null : contribution.startFrom();
        if (contribution == null || start == null) {
            return settings;
        }
        if (properties
                        .named()
                        .getOrDefault(handlers.name(), SubscriptionOptions.NONE)
                        .startFrom()
                != null) {
            throw new EventSourceException(
                    "%s and eventsource.subscriptions.named[%s].start-from say the same of one subscription. Remove one of them."
                            .formatted(contribution.startProperty(), handlers.name()));
        }
        return settings.toBuilder().startFrom(start).build();
    }

    private static void requireDistinctNames(List<EventHandlers> handlers) {
        Set<String> names = new TreeSet<>();
        for (EventHandlers each : handlers) {
            if (!names.add(each.name())) {
                throw new DuplicateProjectionException(each.name());
            }
        }
    }

    private void requireKnownNames(List<EventHandlers> handlers) {
        Set<String> known = handlers.stream().map(EventHandlers::name).collect(Collectors.toCollection(TreeSet::new));
        requireKnown(
                "named has settings for %s, but there are only the subscriptions %s. Names with other characters than letters, digits and '-' stand in brackets: eventsource.subscriptions.named[my.name].",
                properties.named().keySet(), known);
        requireKnown(
                "instance.include names %s, but there are only the subscriptions %s.",
                properties.instance().include(), known);
        requireKnown(
                "instance.exclude names %s, but there are only the subscriptions %s.",
                properties.instance().exclude(), known);
    }

    private void requireKnown(String message, Set<String> names, Set<String> known) {
        Set<String> unknown = new TreeSet<>(names);
        unknown.removeAll(known);
        if (contributors.isEmpty()) {
            // with the outbox switched off, what is said of its subscriptions may stay
            unknown.removeIf(name -> name.startsWith(Publisher.NAME_PREFIX));
        }
        if (!unknown.isEmpty()) {
            throw new EventSourceException("eventsource.subscriptions." + message.formatted(unknown, known));
        }
    }
}
