# by aeon
@problemName targets
@timestamps false
@missing False
@univariate true
@equalLength true
@seriesLength 4
@targetlabel true
@data
-6.517912,-1.747173,16.63724,6.591477:0.25
-16.413973,-0.052033,-6.234637,1.486315:-1.5
-16.081878,2.417719,2.353809,15.75626:1e-07
