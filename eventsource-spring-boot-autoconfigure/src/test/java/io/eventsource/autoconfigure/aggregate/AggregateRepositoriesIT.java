package io.eventsource.autoconfigure.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.aggregate.CommandRetries;
import io.eventsource.autoconfigure.account.Account;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.store.EventStore;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class AggregateRepositoriesIT {

    private final TestDatabase database = TestDatabase.create();
    private final ApplicationContextRunner application = Runners.on(database);

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    /** Injects the repository by its generic type, as applications do. */
    record Bank(AggregateRepository<Account> accounts) {}

    @Configuration(proxyBeanMethods = false)
    static class OwnRepository {

        @Bean
        AggregateRepository<Account> ownAccounts(EventStore store, CommandRetries retries) {
            return AggregateRepository.of(Account.class, store, retries);
        }
    }

    @Test
    void a_repository_is_injected_by_the_class_of_its_aggregate() {
        application.withBean(Bank.class).run(context -> {
            AggregateRepository<Account> accounts = context.getBean(Bank.class).accounts();
            Account account = accounts.create(UUID.randomUUID());
            account.deposit(7);

            accounts.save(account);

            assertThat(accounts.load(account.id()).state()).isEqualTo(7);
        });
    }

    @Test
    void a_repository_of_the_application_wins() {
        application
                .withUserConfiguration(OwnRepository.class)
                .withBean(Bank.class)
                .run(context -> {
                    assertThat(context.getBeanNamesForType(AggregateRepository.class))
                            .containsExactly("ownAccounts");
                    assertThat(context.getBean(Bank.class).accounts()).isSameAs(context.getBean("ownAccounts"));
                });
    }

    @Test
    void an_abstract_aggregate_stops_the_application() {
        Runners.plain()
                .withPropertyValues(database.properties())
                .withUserConfiguration(io.eventsource.autoconfigure.invalid.abstraction.InvalidApplication.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidDeclarationException.class)
                        .hasMessageContainingAll("AbstractAccount", "abstract", "Annotate the concrete class instead"));
    }

    @Test
    void an_aggregate_that_cannot_be_made_from_its_id_stops_the_application() {
        Runners.plain()
                .withPropertyValues(database.properties())
                .withUserConfiguration(io.eventsource.autoconfigure.invalid.constructor.InvalidApplication.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidDeclarationException.class)
                        .hasMessageContaining("AccountWithoutConstructor(UUID id)"));
    }
}
