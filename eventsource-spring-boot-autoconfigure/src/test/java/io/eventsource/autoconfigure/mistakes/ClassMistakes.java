package io.eventsource.autoconfigure.mistakes;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.mistakes.elsewhere.Savings;
import io.eventsource.event.EventRegistry;
import io.eventsource.event.EventType;
import io.eventsource.event.Upcaster;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.Projection;
import io.eventsource.store.EventStore;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;

/** Mistakes in classes and beans. */
final class ClassMistakes {

    private ClassMistakes() {}

    @Projection("balances")
    static class Balances {

        @EventHandler
        void on(Deposited deposited) {}
    }

    @Projection("balances")
    static class OtherBalances {

        @EventHandler
        void on(Deposited deposited) {}
    }

    @Projection("balances")
    static class WithoutHandlers {

        void on(Deposited deposited) {}
    }

    static class WithoutName {

        @EventHandler
        void on(Deposited deposited) {}
    }

    @Projection("balances")
    static class TwoHandlers {

        @EventHandler
        void on(Deposited deposited) {}

        @EventHandler
        void again(Deposited deposited) {}
    }

    @Projection("balances")
    static class Returning {

        @EventHandler
        long on(Deposited deposited) {
            return deposited.amount();
        }
    }

    record Unregistered(long amount) {}

    @Projection("balances")
    static class OfUnregistered {

        @EventHandler
        void on(Unregistered event) {}
    }

    @Projection("balances")
    @Scope("prototype")
    static class OnePerInjection {

        @EventHandler
        void on(Deposited deposited) {}
    }

    @Projection(value = "balances", retryDelay = "soon")
    static class BadRetries {

        @EventHandler
        void on(Deposited deposited) {}
    }

    @EventType("started")
    record Started(Runnable work) {}

    @Configuration(proxyBeanMethods = false)
    static class Unreadable {

        @Bean
        EventRegistry registry() {
            return EventRegistry.of(Started.class);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class UpcasterToNowhere {

        @Bean
        Upcaster upcaster() {
            return Upcaster.from("deposited", 7).renameField("sum", "amount").toNextRevision();
        }
    }

    /** Needs the repository of an aggregate that is not found. */
    record Bank(AggregateRepository<Savings> accounts) {}

    record Shop(EventStore store) {}

    static List<Mistake> all() {
        return List.of(
                Mistake.of(
                        "A projection that is no bean",
                        io.eventsource.autoconfigure.mistakes.unregistered.MistakenApplication.class),
                Mistake.of(
                        "Handlers in a class that is no bean",
                        io.eventsource.autoconfigure.mistakes.nameless.MistakenApplication.class),
                Mistake.of("A projection without handlers", WithoutHandlers.class),
                Mistake.of("Handlers in a bean without a name", WithoutName.class),
                new Mistake(
                        "Two projections of one name",
                        application -> application.withUserConfiguration(Balances.class, OtherBalances.class)),
                Mistake.of("Two handlers for one event", TwoHandlers.class),
                Mistake.of("A handler that returns something", Returning.class),
                Mistake.of("A handler for a class that is no event", OfUnregistered.class),
                Mistake.of("A projection that is no singleton", OnePerInjection.class),
                Mistake.of("A retry delay that is no duration", BadRetries.class),
                Mistake.of(
                        "An aggregate without a type",
                        io.eventsource.autoconfigure.mistakes.untyped.MistakenApplication.class),
                Mistake.of(
                        "The type of an aggregate at another class",
                        io.eventsource.autoconfigure.mistakes.misplaced.MistakenApplication.class),
                Mistake.of(
                        "A decider that is no bean",
                        io.eventsource.autoconfigure.mistakes.undecided.MistakenApplication.class),
                Mistake.of(
                        "An abstract aggregate",
                        io.eventsource.autoconfigure.invalid.abstraction.InvalidApplication.class),
                Mistake.of(
                        "An aggregate without the constructor",
                        io.eventsource.autoconfigure.invalid.constructor.InvalidApplication.class),
                Mistake.of("An aggregate in a package that is not searched", Bank.class),
                Mistake.of(
                        "Two events of one name", io.eventsource.autoconfigure.invalid.names.InvalidApplication.class),
                Mistake.of("An event that cannot be read back", Unreadable.class),
                Mistake.of("An upcaster to a revision that nothing reads", UpcasterToNowhere.class),
                new Mistake("The library switched off, and still used", application -> application
                        .withUserConfiguration(Shop.class)
                        .withPropertyValues("eventsource.enabled=false")));
    }
}
