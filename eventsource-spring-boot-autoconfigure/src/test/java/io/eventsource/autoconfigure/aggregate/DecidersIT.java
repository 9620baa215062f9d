package io.eventsource.autoconfigure.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.EventSourceException;
import io.eventsource.InvalidDeclarationException;
import io.eventsource.aggregate.AggregateRepository.AggregateState;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.CommandRetries;
import io.eventsource.aggregate.Decider;
import io.eventsource.aggregate.DeciderRepository;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.store.EventStore;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class DecidersIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final ApplicationContextRunner application = Runners.on(database);

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    record Fill(long amount) {}

    record Level(long amount) {}

    /** Counts what flows into a tank. */
    abstract static class Filling implements Decider<Fill, Level, Deposited> {

        @Override
        public Level initialState() {
            return new Level(0);
        }

        @Override
        public List<Deposited> decide(Fill command, Level state) {
            return List.of(new Deposited(command.amount()));
        }

        @Override
        public Level evolve(Level state, Deposited event) {
            return new Level(state.amount() + event.amount());
        }
    }

    @AggregateType(value = "Tank", stateVersion = 1)
    static final class Tank extends Filling {}

    @AggregateType("Barrel")
    static final class Barrel extends Filling {}

    @AggregateType("Account")
    static final class SecondAccount extends Filling {}

    static final class Nameless extends Filling {}

    @EventType("spilled")
    record Spilled(long amount) {}

    @AggregateType("Sink")
    static final class Sink implements Decider<Fill, Level, Spilled> {

        @Override
        public Level initialState() {
            return new Level(0);
        }

        @Override
        public List<Spilled> decide(Fill command, Level state) {
            return List.of();
        }

        @Override
        public Level evolve(Level state, Spilled event) {
            return state;
        }
    }

    /** Injects the repository by its generic type, as applications do. */
    record Plant(DeciderRepository<Fill, Level, Deposited> tanks) {}

    @Configuration(proxyBeanMethods = false)
    static class DeclaredByItsInterface {

        @Bean
        Decider<Fill, Level, Deposited> tank() {
            return new Tank();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnRepository {

        @Bean
        DeciderRepository<Fill, Level, Deposited> ownTanks(
                EventStore store, CommandRetries retries, Snapshots snapshots, EventRegistry events) {
            return DeciderRepository.of(new Tank(), store, retries, snapshots, events);
        }
    }

    @Test
    void a_repository_is_injected_by_the_types_of_its_decider() {
        application
                .withPropertyValues("eventsource.snapshots.aggregates.Tank.mode=sync")
                .withPropertyValues("eventsource.snapshots.aggregates.Tank.threshold=2")
                .withBean(Tank.class)
                .withBean(Plant.class)
                .run(context -> {
                    UUID id = UUID.randomUUID();
                    DeciderRepository<Fill, Level, Deposited> tanks =
                            context.getBean(Plant.class).tanks();

                    tanks.execute(id, new Fill(3));
                    assertThat(tanks.execute(id, new Fill(4))).isEqualTo(new AggregateState<>(id, new Level(7), 2));

                    assertThat(database.count(
                                    "SELECT version FROM eventsource.snapshots WHERE aggregate_type = 'Tank'"))
                            .isEqualTo(2);
                });
    }

    @Test
    void a_bean_method_may_name_the_interface_only() {
        application
                .withUserConfiguration(DeclaredByItsInterface.class)
                .withBean(Plant.class)
                .run(context -> assertThat(context.getBean(Plant.class)
                                .tanks()
                                .execute(UUID.randomUUID(), new Fill(3))
                                .version())
                        .isOne());
    }

    @Test
    void a_repository_of_the_application_wins() {
        application
                .withBean(Tank.class)
                .withUserConfiguration(OwnRepository.class)
                .run(context -> assertThat(context.getBeanNamesForType(DeciderRepository.class))
                        .containsExactly("ownTanks"));
    }

    @Test
    void a_decider_with_the_type_name_of_an_aggregate_class_stops_the_application() {
        application.withBean(SecondAccount.class).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(InvalidDeclarationException.class)
                .hasMessageContainingAll("'Account'", "SecondAccount", "account.Account"));
    }

    @Test
    void a_decider_without_a_type_name_stops_the_application() {
        application.withBean(Nameless.class).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(InvalidDeclarationException.class)
                .hasMessageContainingAll("Nameless", "@AggregateType"));
    }

    @Test
    void a_decider_whose_events_are_not_registered_stops_the_application() {
        application.withBean(Sink.class).run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(InvalidDeclarationException.class)
                .hasMessageContaining("Spilled"));
    }

    @Test
    void snapshot_properties_of_a_type_without_a_state_version_stop_the_application() {
        application
                .withBean(Barrel.class)
                .withPropertyValues("eventsource.snapshots.aggregates.Barrel.threshold=5")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(EventSourceException.class)
                        .hasMessageContainingAll("eventsource.snapshots.aggregates.Barrel", "stateVersion"));
    }
}
