package io.eventsource.autoconfigure.webapplication;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.autoconfigure.account.Account;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.springframework.scheduling.annotation.Async;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Opens accounts in different ways. No way passes metadata on. */
@RestController
class DepositController {

    private final Deposits deposits;

    /** Two requests wait here for each other. */
    private final CyclicBarrier meeting = new CyclicBarrier(2);

    DepositController(Deposits deposits) {
        this.deposits = deposits;
    }

    @Component
    static class Deposits {

        private final AggregateRepository<Account> accounts;

        Deposits(AggregateRepository<Account> accounts) {
            this.accounts = accounts;
        }

        UUID deposit(long amount) {
            Account account = accounts.create(UUID.randomUUID());
            account.deposit(amount);
            accounts.save(account);
            return account.id();
        }

        @Async
        CompletableFuture<UUID> depositElsewhere(long amount) {
            return CompletableFuture.completedFuture(deposit(amount));
        }

        long balance(UUID id) {
            return accounts.load(id).state();
        }
    }

    @PostMapping("/direct")
    UUID direct(@RequestParam long amount) {
        return deposits.deposit(amount);
    }

    @PostMapping("/async")
    UUID async(@RequestParam long amount) {
        return deposits.depositElsewhere(amount).join();
    }

    @PostMapping("/callable")
    Callable<UUID> callable(@RequestParam long amount) {
        return () -> deposits.deposit(amount);
    }

    @PostMapping("/meeting")
    UUID meeting(@RequestParam long amount, @RequestParam boolean elsewhere) throws Exception {
        meeting.await(30, TimeUnit.SECONDS);
        UUID id = elsewhere ? deposits.depositElsewhere(amount).join() : deposits.deposit(amount);
        meeting.await(30, TimeUnit.SECONDS);
        return id;
    }

    @PostMapping("/broken")
    UUID broken() {
        throw new IllegalStateException("broken on purpose");
    }

    @GetMapping("/accounts/{id}")
    long balance(@PathVariable UUID id) {
        return deposits.balance(id);
    }
}
