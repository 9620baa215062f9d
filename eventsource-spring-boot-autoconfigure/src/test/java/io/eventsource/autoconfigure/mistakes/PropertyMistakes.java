package io.eventsource.autoconfigure.mistakes;

import io.eventsource.autoconfigure.mistakes.ClassMistakes.Balances;
import io.eventsource.autoconfigure.testing.Feeds;
import java.util.List;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;

/** Mistakes in properties. */
final class PropertyMistakes {

    private PropertyMistakes() {}

    private static ApplicationContextRunner variable(ApplicationContextRunner application, String variable) {
        return application.withInitializer(context -> TestPropertyValues.of(variable)
                .applyTo(context.getEnvironment(), TestPropertyValues.Type.SYSTEM_ENVIRONMENT));
    }

    private static Mistake ofBalances(String what, String property) {
        return new Mistake(
                what,
                application -> application.withUserConfiguration(Balances.class).withPropertyValues(property));
    }

    private static Mistake ofTheOutbox(String what, String... properties) {
        return new Mistake(what, application -> application
                .withPropertyValues("spring.application.name=shop")
                .withPropertyValues(properties));
    }

    static List<Mistake> all() {
        return List.of(
                Mistake.of("A property that does not exist", "eventsource.shema=shop"),
                Mistake.of("A property below the wrong group", "eventsource.max-retires=3"),
                new Mistake(
                        "An environment variable without a property",
                        application -> variable(application, "EVENTSOURCE_POOL_SIZZE=20")),
                ofBalances(
                        "A setting of a subscription that does not exist",
                        "eventsource.subscriptions.named.balances.batchsize=50"),
                Mistake.of("A value that is out of bounds", "eventsource.subscriptions.poll-interval=0ms"),
                Mistake.of("A value of another type", "eventsource.subscriptions.defaults.batch.size=many"),
                Mistake.of("A name that PostgreSQL would not take", "eventsource.schema=Shop-Events"),
                Mistake.of("Two properties, one of which is missing", "eventsource.subscriptions.instance.index=0"),
                ofBalances(
                        "Settings for an unknown subscription",
                        "eventsource.subscriptions.named.balance.batch.size=50"),
                ofBalances(
                        "An instance for an unknown subscription",
                        "eventsource.subscriptions.instance.include=balance"),
                ofBalances(
                        "A filter by an event without a handler",
                        "eventsource.subscriptions.named.balances.filter.event-types=withdrawn"),
                ofBalances(
                        "A batch that may take longer than a lease",
                        "eventsource.subscriptions.named.balances.batch.timeout=1m"),
                Mistake.of("Snapshots of an unknown aggregate", "eventsource.snapshots.aggregates.Acount.threshold=10"),
                Mistake.of("A finding that cannot be accepted", "eventsource.ground.accept=hot-standby"),
                ofTheOutbox(
                        "A destination without a transport",
                        "eventsource.outbox.destinations.accounts.events[0].type=deposited"),
                ofTheOutbox(
                        "A destination of an unknown event",
                        "eventsource.outbox.transport=spring",
                        "eventsource.outbox.destinations.accounts.events[0].type=deposit"),
                ofTheOutbox(
                        "A destination without events",
                        "eventsource.outbox.transport=spring",
                        "eventsource.outbox.destinations.accounts.topic=accounts"),
                ofTheOutbox(
                        "An unknown transport",
                        "eventsource.outbox.destinations.accounts.transport=kafak",
                        "eventsource.outbox.destinations.accounts.events[0].type=deposited"),
                Mistake.of("A feed that is not declared", Feeds.Incoming.class),
                Mistake.of("A feed that no projection chooses", Feeds.feed("kafka")),
                Mistake.of("A feed without topics", "eventsource.inbox.feeds.bank.transport=kafka"));
    }
}
