# A worksheet to print
import microgradnn as mg

x = mg.Value(3.0, label="x")
w = mg.Value(-2.0, label="w")
b = mg.Value(1.0, label="b")
error = w * x + b - 4
loss = error * error
loss.backward()

# The sheet gives the data of the leaves; all else is to
# be filled in. For the key, let the program end with
# loss.
mg.worksheet(loss)
