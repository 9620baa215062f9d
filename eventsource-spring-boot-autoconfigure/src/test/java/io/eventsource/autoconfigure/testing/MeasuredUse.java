package io.eventsource.autoconfigure.testing;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.account.Deposited;
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
