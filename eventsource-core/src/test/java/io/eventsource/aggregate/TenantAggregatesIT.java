package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.context.MetadataContext;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.store.AppendException.StreamMismatchException;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamQuery;
import io.eventsource.store.TenantMismatchException;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Aggregates of several tenants in one repository, kept apart by the context. */
@OnEachPostgres
class TenantAggregatesIT {

    private static final EventMetadata ACME = EventMetadata.none().withTenantId("acme");
    private static final EventMetadata RIVAL = EventMetadata.none().withTenantId("rival");

    @AggregateType("account")
    static class Account extends AggregateRoot<Long, Deposited> {

        Account(UUID id) {
            super(id, 0L);
        }

        void deposit(long amount) {
            raise(new Deposited(amount));
        }

        @Override
        protected Long evolve(Long state, Deposited event) {
            return state + event.amount();
        }
    }

    private final EventStore store;
    private final AggregateRepository<Account> accounts;
    private final UUID id = UUID.randomUUID();

    TenantAggregatesIT(TestDatabase database) {
        this.store = database.store();
        this.accounts = AggregateRepository.of(
                Account.class, store, new CommandRetries(1, Duration.ofMillis(1), Duration.ofMillis(1)));
    }

    private Account create(EventMetadata context) {
        return MetadataContext.call(context, () -> {
            Account account = accounts.create(id);
            account.deposit(7);
            accounts.save(account);
            return account;
        });
    }

    @Test
    void saving_and_executing_take_metadata_from_the_context_where_none_are_given() {
        EventMetadata request = ACME.withActorId("ann").withCorrelationId("c");
        create(request);
        MetadataContext.run(request, () -> {
            accounts.execute(id, account -> account.deposit(1));
            accounts.execute(id, EventMetadata.none().withActorId("bob"), account -> account.deposit(1));
        });
        assertThat(store.readStream(StreamQuery.of(id)))
                .extracting(EventEnvelope::metadata)
                .containsExactly(request, request, request.withActorId("bob"));
    }

    @Test
    void a_tenant_reads_its_own_aggregates() {
        create(ACME);
        MetadataContext.run(ACME, () -> {
            assertThat(accounts.load(id).state()).isEqualTo(7);
            assertThat(accounts.loadAt(id, 1).state()).isEqualTo(7);
            assertThat(accounts.find(id)).isPresent();
            assertThat(accounts.exists(id)).isTrue();
        });
    }

    @Test
    void an_aggregate_of_another_tenant_or_of_none_is_refused_by_every_method() {
        for (EventMetadata owner : List.of(RIVAL, EventMetadata.none())) {
            UUID foreign = UUID.randomUUID();
            MetadataContext.run(owner, () -> {
                Account account = accounts.create(foreign);
                account.deposit(1);
                accounts.save(account);
            });
            for (Consumer<UUID> read : List.<Consumer<UUID>>of(
                    accounts::load,
                    accounts::find,
                    accounts::exists,
                    each -> accounts.loadAt(each, 1),
                    each -> accounts.execute(each, account -> account.deposit(1)))) {
                assertThatExceptionOfType(TenantMismatchException.class)
                        .isThrownBy(() -> MetadataContext.run(ACME, () -> read.accept(foreign)))
                        .satisfies(mismatch -> assertThat(mismatch.getMessage()).doesNotContain("rival"));
            }
            assertThat(accounts.load(foreign).version()).isEqualTo(1);
        }
    }

    @Test
    void an_aggregate_of_another_tenant_cannot_be_saved() {
        Account rivals = create(RIVAL);
        rivals.deposit(1);
        assertThatExceptionOfType(StreamMismatchException.class)
                .isThrownBy(() -> MetadataContext.run(ACME, () -> accounts.save(rivals)))
                .satisfies(mismatch -> assertThat(mismatch.getMessage()).doesNotContain("rival"));

        Account taken = accounts.create(id);
        taken.deposit(1);
        assertThatExceptionOfType(StreamMismatchException.class)
                .isThrownBy(() -> MetadataContext.run(ACME, () -> accounts.save(taken)));
        assertThat(store.currentVersion(id)).isEqualTo(1);
    }

    @Test
    void an_aggregate_that_does_not_exist_is_not_found_for_a_tenant_either() {
        MetadataContext.run(ACME, () -> {
            assertThat(accounts.find(id)).isEmpty();
            assertThat(accounts.exists(id)).isFalse();
            assertThatExceptionOfType(AggregateNotFoundException.class).isThrownBy(() -> accounts.load(id));
        });
    }

    @Test
    void without_a_tenant_in_the_context_all_can_be_read() {
        create(RIVAL);
        assertThat(accounts.load(id).state()).isEqualTo(7);
        MetadataContext.run(EventMetadata.none().withActorId("auditor"), () -> assertThat(accounts.exists(id))
                .isTrue());
    }
}
