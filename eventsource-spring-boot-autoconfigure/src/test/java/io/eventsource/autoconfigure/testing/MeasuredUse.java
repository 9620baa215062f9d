package io.eventsource.autoconfigure.testing;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.store.EventStore;
import io.eventsource.store.ExpectedVersion;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.VersionConflictException;
import java.util.UUID;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.ParameterizedTypeReference;

/** Makes an application measure whatever it measures: with a snapshot every two events. */
public final class MeasuredUse {

    private MeasuredUse() {}

    /** What such an application needs beside its database. */
    public static String[] properties() {
        return new String[] {
            "eventsource.snapshots.mode=sync",
            "eventsource.snapshots.threshold=2",
            "eventsource.subscriptions.defaults.retry.max-retries=0",
            "eventsource.outbox.destinations.accounts.transport=spring",
            "eventsource.outbox.destinations.accounts.events=deposited",
            "eventsource.outbox.destinations.ledger.transport=own",
            "eventsource.outbox.destinations.ledger.source=/bank",
            "eventsource.outbox.destinations.ledger.events=deposited",
        };
    }

    /** A handler that cannot handle the first event of an aggregate, which is parked. */
    public static Handlers failingAtFirst(String name) {
        return new Handlers(name, event -> {
            if (event.version() == 1) {
                throw new IllegalStateException("told to fail");
            }
        });
    }

    /** As {@link #of(BeanFactory)}, and handles again what {@link #failingAtFirst} has had parked. */
    public static void withReplay(BeanFactory context) {
        of(context);
        DeadLetterReplay replay = context.getBean(DeadLetterReplay.class);
        await().until(() -> replay.replay(DeadLetterRepository.Filter.OPEN, 10).failed() > 0);
    }

    public static void of(BeanFactory context) {
        AggregateRepository<Account> accounts = context.getBeanProvider(
                        new ParameterizedTypeReference<AggregateRepository<Account>>() {})
                .getObject();
        Account account = accounts.create(UUID.randomUUID());
        account.deposit(1);
        account.deposit(1);
        accounts.save(account);
        accounts.load(account.id());
        assertThatExceptionOfType(VersionConflictException.class).isThrownBy(() -> context.getBean(EventStore.class)
                .append(StreamAppend.to("Account", account.id(), new Deposited(1))
                        .expecting(ExpectedVersion.noStream())));
    }
}
