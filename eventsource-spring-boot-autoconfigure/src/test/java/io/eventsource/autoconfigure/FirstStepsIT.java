package io.eventsource.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.firststeps.Bank;
import io.eventsource.autoconfigure.firststeps.FirstStepsApplication;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import java.math.BigDecimal;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs the code of the README's first page. */
class FirstStepsIT {

    private final TestDatabase database = TestDatabase.migrated();

    @AfterEach
    void remove_the_database() {
        database.close();
    }

    @Test
    void the_example_of_the_readme_keeps_a_read_model() {
        database.jdbc().execute("CREATE TABLE balances (account uuid PRIMARY KEY, balance numeric NOT NULL)");
        Runners.plain()
                .withUserConfiguration(FirstStepsApplication.class)
                .withPropertyValues(database.properties())
                .run(context -> {
                    UUID account = UUID.randomUUID();
                    Bank bank = context.getBean(Bank.class);

                    bank.open(account, new BigDecimal("10.00"));
                    bank.deposit(account, new BigDecimal("9.90"));

                    await().untilAsserted(() -> assertThat(
                                    database.jdbc().queryForList("SELECT balance FROM balances", BigDecimal.class))
                            .containsExactly(new BigDecimal("19.90")));
                });
    }
}
