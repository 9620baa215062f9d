package io.eventsource.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventRegistry;
import io.eventsource.testing.TestEvents.AccountEvent;
import io.eventsource.testing.TestEvents.Deposited;
import java.util.List;
import org.junit.jupiter.api.Test;

class AggregateTypesTests {

    @AggregateType("ledger")
    abstract static class SameName implements Decider<Long, Long, AccountEvent> {}

    @AggregateType("other")
    abstract static class Other implements Decider<Long, Long, AccountEvent> {}

    @Test
    void objects_and_deciders_are_known_by_name() {
        AggregateTypes types = AggregateTypes.of(
                List.of(Ledger.class, Other.class, Other.class), EventRegistry.of(AccountEvent.class));

        assertThat(types.names()).containsExactly("ledger", "other");
        assertThat(types.declaresState("ledger")).isTrue();
        assertThat(types.declaresState("other")).isFalse();
        assertThat(types.declaresState("third")).isFalse();
    }

    @Test
    void one_name_for_two_classes_is_refused_with_both() {
        assertThatExceptionOfType(InvalidDeclarationException.class)
                .isThrownBy(() ->
                        AggregateTypes.of(List.of(Ledger.class, SameName.class), EventRegistry.of(AccountEvent.class)))
                .withMessageContainingAll("'ledger'", "Ledger", "SameName");
    }

    @Test
    void an_event_that_is_not_registered_is_refused() {
        assertThatExceptionOfType(InvalidDeclarationException.class)
                .isThrownBy(() -> AggregateTypes.of(List.of(Ledger.class), EventRegistry.of(Deposited.class)))
                .withMessageContaining("Withdrawn");
    }
}
