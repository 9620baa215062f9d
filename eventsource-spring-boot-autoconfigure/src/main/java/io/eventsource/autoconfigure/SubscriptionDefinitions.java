package io.eventsource.autoconfigure;

import io.eventsource.EventSourceException;
import io.eventsource.projection.DuplicateProjectionException;
import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.SubscriptionDefinition;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Brings handlers together with their settings and their transaction managers. */
final class SubscriptionDefinitions {

    private final TransactionManagers transactionManagers;
    private final EventSourceProperties.Subscriptions properties;

    SubscriptionDefinitions(TransactionManagers transactionManagers, EventSourceProperties.Subscriptions properties) {
        this.transactionManagers = transactionManagers;
        this.properties = properties;
    }

    List<SubscriptionDefinition> of(List<EventHandlers> handlers) {
        requireDistinctNames(handlers);
        requireKnownNames(handlers);
        return handlers.stream()
                .map(each -> new SubscriptionDefinition(
                        each, properties.settings(each), transactionManagers.of(each), properties.starts(each.name())))
                .toList();
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
        requireKnown("include names %s, but there are only the subscriptions %s.", properties.include(), known);
        requireKnown("exclude names %s, but there are only the subscriptions %s.", properties.exclude(), known);
    }

    private static void requireKnown(String message, Set<String> names, Set<String> known) {
        Set<String> unknown = new TreeSet<>(names);
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw new EventSourceException("eventsource.subscriptions." + message.formatted(unknown, known));
        }
    }
}
