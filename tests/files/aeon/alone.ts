# by aeon
@problemName alone
@timestamps false
@missing False
@univariate false
@dimension 2
@equalLength false
@targetlabel false
@data
-8.019314,-13.24359:-2.483616,4.204452:
11.360465,1.097064,-5.526473:-7.847804,7.487458,16.34783:
2.727688,-12.333287,-9.582652,16.000191:2.028824,-17.321348,-0.836962,-11.63226:
