package io.eventsource.autoconfigure.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.bank.AccountEvent.Congratulated;
import io.eventsource.autoconfigure.bank.AccountEvent.Deposited;
import io.eventsource.autoconfigure.bank.AccountEvent.Opened;
import io.eventsource.autoconfigure.endpoint.EventSourceEndpointAutoConfiguration;
import io.eventsource.test.scenario.Scenario;
import io.eventsource.test.slice.EventSourceTest;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

@EventSourceTest(properties = {"spring.flyway.locations=classpath:db/bank", "spring.liquibase.enabled=false"})
class BankSliceIT {

    @Autowired
    private Scenario scenario;

    @Autowired
    private AggregateRepository<Account> accounts;

    @Autowired
    private JdbcTemplate jdbc;

    @Autowired
    private ApplicationContext context;

    private final UUID id = UUID.randomUUID();

    private Integer balance() {
        return jdbc.queryForList("SELECT balance FROM balances WHERE account = ?", Integer.class, id)
                .get(0);
    }

    private void open() {
        Account account = accounts.create(id);
        account.open("ada");
        accounts.save(account);
    }

    @Test
    void a_stimulus_shows_in_the_read_model() {
        open();
        scenario.stimulate(() -> accounts.execute(id, account -> account.deposit(30)))
                .andWaitForProjections("bank-balances")
                .toArriveAndVerify(account -> assertThat(balance()).isEqualTo(account.state()));
    }

    @Test
    void an_event_that_comes_of_others_is_awaited() {
        scenario.publish("BankAccount", id, new Opened("ada"), new Deposited(1_000))
                .andWaitForEvent(Congratulated.class)
                .matching(letter -> letter.account().equals(id))
                .toArrive();
        scenario.stimulate(() -> accounts.execute(id, account -> account.deposit(1)))
                .andWaitForProjections()
                .toArrive();
        assertThat(balance()).isEqualTo(1_001);
    }

    @Test
    void a_change_of_state_is_awaited() {
        scenario.publish("BankAccount", id, new Opened("ada"))
                .andWaitForStateChange(
                        () -> jdbc.queryForList("SELECT owner FROM balances WHERE account = ?", String.class, id))
                .toArriveAndVerify(owners -> assertThat(owners).containsExactly("ada"));
    }

    @Test
    void what_does_not_arrive_fails_with_what_did() {
        assertThatThrownBy(() -> scenario.within(Duration.ofMillis(200))
                        .publish("BankAccount", id, new Opened("ada"))
                        .andWaitForEvent(Deposited.class)
                        .toArrive())
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(
                        "No Deposited has been appended", "Opened {owner: \"ada\"}", "'bank-balances' is");
    }

    @Test
    void only_what_is_event_sourced_is_there() {
        assertThat(context.getBeansOfType(Balances.class)).hasSize(1);
        assertThat(context.getBeansOfType(NotInTheSlice.class)).isEmpty();
        assertThat(context.getBeansOfType(EventSourceEndpointAutoConfiguration.class))
                .isEmpty();
    }
}
