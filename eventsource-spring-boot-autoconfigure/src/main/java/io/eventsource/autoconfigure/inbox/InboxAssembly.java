package io.eventsource.autoconfigure.inbox;

import io.eventsource.EventSourceException;
import io.eventsource.autoconfigure.inbox.InboxFeeds.Fed;
import io.eventsource.autoconfigure.inbox.InboxProperties.Feed;
import io.eventsource.autoconfigure.projection.DuplicateProjectionException;
import io.eventsource.autoconfigure.projection.TransactionManagers;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.inbox.InboxConsumer;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.projection.EventHandlers;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.subscription.SubscriptionManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Brings projections together with the feeds that they choose. What does not fit is said with the property and what to do. */
final class InboxAssembly {

    private static final String FEEDS = InboxProperties.PREFIX;

    private final Map<String, Feed> feeds;
    private final Map<String, FeedFactory> factories;
    private final @Nullable String applicationName;
    private final Surroundings surroundings;

    /** What consumers share. */
    record Surroundings(
            EventDatabase database,
            ErrorHandling errors,
            TransactionManagers transactionManagers,
            ThreadFactory threads) {}

    InboxAssembly(
            Map<String, Feed> feeds,
            List<FeedFactory> factories,
            @Nullable String applicationName,
            Surroundings surroundings) {
        this.feeds = feeds;
        this.factories = factories.stream()
                .collect(Collectors.toMap(FeedFactory::transport, Function.identity(), (one, other) -> one));
        this.applicationName = applicationName;
        this.surroundings = surroundings;
    }

    /**
     * Makes a consumer for each projection.
     *
     * @param projections those that have chosen a feed
     * @param others names of projections that read the log
     */
    InboxFeeds of(List<EventHandlers> projections, Set<String> others) {
        requireDistinctNames(projections, others);
        requireChosen(projections);
        return new InboxFeeds(projections.stream().map(this::fed).toList());
    }

    private static void requireDistinctNames(List<EventHandlers> projections, Set<String> others) {
        Set<String> names = new TreeSet<>(others);
        projections.forEach(each -> {
            if (!names.add(each.name())) {
                throw new DuplicateProjectionException(each.name());
            }
        });
    }

    private void requireChosen(List<EventHandlers> projections) {
        Set<String> idle = new TreeSet<>(feeds.keySet());
        projections.forEach(each -> idle.remove(each.feed()));
        if (!idle.isEmpty()) {
            throw new EventSourceException(
                    "%s declares %s, but no projection is fed from there. Choose it by @Projection(feed = \"%s\"), or remove the properties."
                            .formatted(
                                    FEEDS.substring(0, FEEDS.length() - 1),
                                    idle,
                                    idle.iterator().next()));
        }
    }

    private Fed fed(EventHandlers projection) {
        String name = Objects.requireNonNull(projection.feed());
        Feed feed = feeds.get(name);
        if (feed == null) {
            throw new EventSourceException(
                    "The projection '%s' is to be fed from '%s', but eventsource.inbox.feeds declares only %s. Set %s%s.transport and %s%s.topics, or choose another feed in @Projection."
                            .formatted(projection.name(), name, feeds.keySet(), FEEDS, name, FEEDS, name));
        }
        InboxConsumer consumer = consumer(projection, feed);
        return new Fed(
                name,
                feed.autoStartup(),
                consumer,
                factory(name, feed).feeds(feed, group(name, feed, projection), consumer, surroundings.threads()));
    }

    private FeedFactory factory(String name, Feed feed) {
        String transport = Objects.requireNonNull(feed.transport());
        FeedFactory factory = factories.get(transport);
        if (factory == null) {
            throw new EventSourceException("%s%s.transport is %s, but this application has no %s."
                    .formatted(FEEDS, name, transport, needs(transport)));
        }
        return factory;
    }

    private String needs(String transport) {
        return switch (transport) {
            case "kafka" ->
                "ConsumerFactory of Spring Kafka with what reads CloudEvents. Add io.eventsource:eventsource-brokers, org.springframework.boot:spring-boot-starter-kafka and io.cloudevents:cloudevents-kafka, and set spring.kafka.bootstrap-servers";
            case "redis" ->
                "LettuceConnectionFactory of Spring Data Redis. Add io.eventsource:eventsource-brokers and org.springframework.boot:spring-boot-starter-data-redis, and set spring.data.redis.host";
            default ->
                "FeedFactory bean for it, only for %s. Correct the name, or declare such a bean"
                        .formatted(new TreeSet<>(factories.keySet()));
        };
    }

    /** Two services must not share the messages of a topic, although projections of theirs have one name. */
    private String group(String name, Feed feed, EventHandlers projection) {
        String service = feed.group() == null ? applicationName : feed.group();
        if (service == null || service.isBlank()) {
            throw new EventSourceException(
                    "%s%s.group is missing: services that read the same topics are told apart by it. Set it, or spring.application.name."
                            .formatted(FEEDS, name));
        }
        return service + "." + projection.name();
    }

    private InboxConsumer consumer(EventHandlers projection, Feed feed) {
        Integer ownRetries = projection.maxRetries();
        int maxRetries = ownRetries == null ? feed.retry().maxRetries() : ownRetries;
        Duration ownDelay = projection.retryDelay();
        EventDatabase database = surroundings.database();
        return new InboxConsumer(
                new DeadLetterReplay.Target(
                        projection,
                        surroundings.transactionManagers().of(projection),
                        SubscriptionManager.bounds(
                                projection.name(),
                                feed.batch().timeout(),
                                database.dataSource(),
                                surroundings.threads())),
                database,
                surroundings.errors(),
                feed.settings(
                        ownDelay == null ? feed.retry().delay() : ownDelay,
                        feed.deadLetter().enabled() ? maxRetries : null));
    }
}
