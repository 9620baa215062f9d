package io.eventsource.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.payload.EventEncodingException;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.payload.UnprovenTypeException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AggregateFixtureTests {

    record Deposited(int amount) {}

    @AggregateType("account")
    static final class Account extends AggregateRoot<Integer, Deposited> {

        Account(UUID id) {
            super(id, 0);
        }

        void deposit(int amount) {
            if (amount <= 0) {
                throw new IllegalArgumentException("a deposit is positive");
            }
            raise(new Deposited(amount));
        }

        @Override
        protected Integer evolve(Integer state, Deposited event) {
            return state + event.amount();
        }
    }

    private final AggregateFixture<Account> account = AggregateFixture.of(Account.class);

    @Test
    void raised_events_are_compared() {
        account.given(new Deposited(1)).when(a -> a.deposit(2)).thenRaised(new Deposited(2));
    }

    @Test
    void history_is_folded_before_the_command() {
        account.given(new Deposited(1), new Deposited(4))
                .when(a -> a.deposit(2))
                .then(a -> assertThat(a.state()).isEqualTo(7))
                .then(a -> assertThat(a.version()).isEqualTo(2));
    }

    @Test
    void refusal_is_handed_out() {
        account.when(a -> a.deposit(-1))
                .thenRefused(IllegalArgumentException.class)
                .hasMessageContaining("positive");
    }

    @Test
    void other_events_than_expected_fail_the_test() {
        var outcome = account.when(a -> a.deposit(2));
        assertThatThrownBy(() -> outcome.thenRaised(new Deposited(3))).isInstanceOf(AssertionError.class);
        assertThatThrownBy(outcome::thenNothing).isInstanceOf(AssertionError.class);
    }

    @Test
    void unexpected_refusal_fails_the_test() {
        var outcome = account.when(a -> a.deposit(0));
        assertThatThrownBy(outcome::thenNothing).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> outcome.then(a -> {})).isInstanceOf(AssertionError.class);
    }

    @Test
    void missing_refusal_fails_the_test() {
        var outcome = account.when(a -> {});
        assertThatThrownBy(() -> outcome.thenRefused(RuntimeException.class)).isInstanceOf(AssertionError.class);
    }

    record Line(BigDecimal price) {}

    sealed interface Ordered permits Placed, Drawn, Marked {}

    record Placed(List<Line> lines) implements Ordered {}

    record Drawn(Shape shape) implements Ordered {

        interface Shape {}
    }

    /** Comes back as another. */
    record Marked(String text) implements Ordered {
        Marked {
            text = text + "!";
        }
    }

    @AggregateType("order")
    static final class Order extends AggregateRoot<List<Ordered>, Ordered> {

        Order(UUID id) {
            super(id, List.of());
        }

        void add(Ordered event) {
            raise(event);
        }

        @Override
        protected List<Ordered> evolve(List<Ordered> state, Ordered event) {
            return Stream.concat(state.stream(), Stream.of(event)).toList();
        }
    }

    private final AggregateFixture<Order> order = AggregateFixture.of(Order.class);

    @Test
    void events_that_could_not_be_read_back_fail_the_test_with_their_component() {
        Drawn drawn = new Drawn(new Drawn.Shape() {});
        assertThatThrownBy(() -> order.when(o -> o.add(drawn)))
                .isInstanceOf(UnprovenTypeException.class)
                .hasMessageContaining(Drawn.class.getName() + ", shape: ");
        assertThatThrownBy(() -> order.given(drawn).when(o -> {})).isInstanceOf(UnprovenTypeException.class);
    }

    @Test
    void events_that_would_come_back_as_others_or_not_at_all_fail_the_test() {
        assertThatThrownBy(() -> order.when(o -> o.add(new Marked("a"))))
                .isInstanceOf(EventEncodingException.class)
                .hasMessageContaining("text");
        Placed large = new Placed(List.of(new Line(new BigDecimal("1E+200000"))));
        assertThatThrownBy(() -> order.given(large).when(o -> {}))
                .isInstanceOf(EventEncodingException.class)
                .hasMessageContaining("lines[0].price");
    }

    @Test
    void the_history_is_folded_as_it_is_read_from_the_store() {
        List<Line> lines = new ArrayList<>(List.of(new Line(new BigDecimal("1E+2"))));
        Placed placed = new Placed(lines);
        order.given(placed)
                .when(o -> {})
                .then(o ->
                        assertThat(o.state()).singleElement().isEqualTo(placed).isNotSameAs(placed));
    }

    @Test
    void a_serializer_of_the_application_is_used() {
        AggregateFixture<Order> strict = order.serializer(PayloadSerializer.json(
                builder -> builder.changeDefaultPropertyInclusion(all -> all.withValueInclusion(Include.NON_EMPTY))));
        Placed placed = new Placed(List.of());
        order.given(placed).when(o -> {}).thenNothing();
        assertThatThrownBy(() -> strict.given(placed).when(o -> {})).isInstanceOf(UnprovenTypeException.class);
    }
}
